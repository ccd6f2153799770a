#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

#include "async/scope.hpp"
#include "session/session.hpp"

namespace vneid {

/// Sessions that were signed out of while Redis was away: they are ended when it is back, for as
/// long as they may live unused. Nobody of this host remembers them meanwhile (Sessions::end). At
/// most `most`, each once, whoever asks how often. Loop thread only; works in `scope`.
class UnendedSessions {
 public:
  static constexpr std::size_t most = 10'000;
  static constexpr Milliseconds pause{250};

  UnendedSessions(EventLoop& loop, Sessions& sessions, Scope& scope)
      : loop_(loop), sessions_(sessions), scope_(scope) {}

  /// `idle`: of the site they were used on.
  void add(std::string_view cookie_header, Milliseconds idle);
  /// How many are left.
  [[nodiscard]] std::size_t size() const noexcept { return until_.size(); }

 private:
  Task<int> work();
  Task<bool> end_some();

  EventLoop& loop_;
  Sessions& sessions_;
  Scope& scope_;
  std::map<std::string, Monotonic> until_;  // by id
  bool working_ = false;
};

}  // namespace vneid
