#pragma once

#include <string>

#include "async/task.hpp"
#include "flows/base/exchange.hpp"
#include "oidc/authorization_response.hpp"

namespace vneid::flows {

/// The callback of a login that began at VNeID (R25): into the portal, or to the page where the
/// account is chosen.
Task<Reply> finish_login(const Exchange& exchange, oidc::AuthorizationResponse response,
                         std::string state, std::string browser, FlowRecord record);

/// The same callback again: ends where the first one did.
Task<Reply> finish_login_again(const Exchange& exchange, FlowOutcome outcome);

/// The page of a login that failed; offers to begin again.
Reply login_failed(const Exchange& exchange, const FlowOutcome& outcome, std::string_view cause);

}  // namespace vneid::flows
