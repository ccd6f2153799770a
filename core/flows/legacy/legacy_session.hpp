#pragma once

#include <string>

#include "async/task.hpp"
#include "flows/base/base.hpp"

namespace vneid::flows {

/// The account that has logged in by its own password.
struct LegacyHolder {
  AccountId account_id;
  std::string account;  ///< as the portal calls it
  policy::Kind kind = policy::Kind::personal;
  std::string portal_cookie_key;  ///< session/portal_binding.hpp
};

/// Begins the session with which our pages show a legacy login what it may see, and gives its
/// Set-Cookie value. When Redis has just gone away the citizen goes on without it (the value then
/// takes an older session's cookie away): a released answer must not be lost for it.
Task<std::string> begin_legacy_session(const Exchange& exchange, LegacyHolder holder);

}  // namespace vneid::flows
