#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "async/task.hpp"
#include "flows/base/exchange.hpp"
#include "oidc/identity_claims.hpp"

namespace vneid::flows {

/// A person whom VNeID has just proven, and the accounts that may be entered as that person.
struct KeptLogin {
  enum class Kind {
    linked,  ///< the accounts are linked to the person: one of them is entered
    adopt,   ///< they are not linked yet, and carry the person's verified number
  };
  struct Candidate {
    std::int64_t account_id = 0;
    std::string masked;       ///< account name as pages show it
    std::string name_masked;  ///< of the owner, may be empty
  };

  std::string id;  ///< random; forms are bound to it
  Kind kind = Kind::linked;
  std::string portal;
  std::string provider;
  std::string return_to;
  std::int64_t person_id = 0;  ///< 0: not in the database yet
  oidc::VerifiedIdentity person;
  std::vector<Candidate> candidates;
};

/// Keeps a login, sealed, in Redis for the browser with this flow cookie; a newer login of the
/// browser takes its place. Throws Unavailable.
Task<void> keep_login(const Exchange& exchange, std::string browser, KeptLogin login,
                      std::chrono::seconds lifetime);
/// The login of this browser; nothing when there is none or it is another portal's.
Task<std::optional<KeptLogin>> kept_login(const Exchange& exchange);
/// Takes it out, so that only one caller acts on it.
Task<std::optional<KeptLogin>> take_login(const Exchange& exchange);

}  // namespace vneid::flows
