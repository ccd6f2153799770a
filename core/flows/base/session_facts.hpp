#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "session/session.hpp"

namespace vneid::flows {

/// Who a request comes from, as far as the module's session tells. Everything but `state` is blank
/// unless it is `found`.
struct SessionFacts {
  enum class State : std::uint8_t {
    absent,   ///< there is no session of this portal
    found,    ///< there is one
    unknown,  ///< the store could not be asked: never to be taken for absent (D7)
  };

  State state = State::absent;
  LiveSession live;
  std::string account;     ///< as the portal calls it
  std::string subject;     ///< portal_subject(); of a VNeID session only
  std::string name;        ///< of a VNeID session, when asked for in full
  std::string citizen_id;  ///< likewise: sensitive data

  [[nodiscard]] bool by_vneid() const noexcept {
    return state == State::found && live.session.proof == Session::Proof::vneid;
  }
};

/// Made once for a reading of a session, and shared by its requests.
using SharedFacts = std::shared_ptr<const SessionFacts>;
/// Of nobody: what `absent` or `unknown` tells is always the same.
inline SharedFacts facts_of_nobody(SessionFacts::State state) {
  const auto only = [](SessionFacts::State which) {
    auto facts = std::make_shared<SessionFacts>();
    facts->state = which;
    return facts;
  };
  static const SharedFacts absent = only(SessionFacts::State::absent);
  static const SharedFacts unknown = only(SessionFacts::State::unknown);
  return state == SessionFacts::State::unknown ? unknown : absent;
}
/// An assertion of such a session; null: none.
using SharedAssertion = std::shared_ptr<const std::string>;

}  // namespace vneid::flows
