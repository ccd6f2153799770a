#pragma once

#include <string>

#include "async/task.hpp"
#include "flows/worker.hpp"

namespace vneid {

/// Begins the session with which our pages show a legacy login what it may see, and gives its
/// Set-Cookie value. When Redis has just gone away the citizen goes on without it (the value then
/// takes an older session's cookie away): a released answer must not be lost for it.
Task<std::string> begin_legacy_session(Exchange exchange, std::int64_t account_id,
                                       policy::Kind kind, std::string portal_cookie_key);

}  // namespace vneid
