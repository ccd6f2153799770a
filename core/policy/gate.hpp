#pragma once

#include <cstdint>

#include "policy/policy.hpp"

/// Who is let into a location with `vneid_require` (R2, R36). Pure: what a request has shown comes
/// in, yes or no goes out.
namespace vneid::policy {

enum class Requirement : std::uint8_t {
  session,  ///< a login that policy accepts at this instant
  linked,   ///< a login with VNeID to an account that is linked
  level2,   ///< a login with VNeID at level 2
};

/// What a live session proves that belongs to the portal's session of the same request.
struct Shown {
  enum class Proof : std::uint8_t {
    none,    ///< no session, another portal's, or another portal session's
    legacy,  ///< the portal's own login
    vneid,
  };
  Proof proof = Proof::none;
  Kind kind = Kind::personal;  ///< of the account; personal when there is no session
  bool linked = false;         ///< the login was to an account with a link
  bool level2 = false;         ///< the provider vouched for level 2
};

/// `session` lets requests without a session pass as long as the portal's own login alone lets
/// people in: the portal's session may be older than the installation of the module. `linked` and
/// `level2` are strict whatever the date, and a password never meets them: it proves the portal's
/// account alone (domain.md §8.2, direction of trust).
bool admits(Requirement requirement, const Shown& shown, const Policy& policy, Wall now) noexcept;

}  // namespace vneid::policy
