#pragma once

#include "async/task.hpp"
#include "flows/base/base.hpp"
#include "flows/vneid/conclusion.hpp"
#include "flows/vneid/redeem.hpp"

namespace vneid::flows {

/// Links the account whose login this browser has proven, held or alive, to the person (R22, R23).
Task<Conclusion> link_account(const Exchange& exchange, const Spending& spending,
                              const oidc::VerifiedIdentity& person);

/// What every link to this person asks for; the caller names the account.
link::LinkRequest link_request(const Exchange& exchange, const std::string& provider,
                               const oidc::VerifiedIdentity& person);

/// The link, tried again when PostgreSQL went away under it. One that is new is counted, and ends
/// the account's sessions: whoever else knows its password is out from then on (A1).
Task<link::LinkOutcome> link_surely(const Exchange& exchange, link::LinkRequest request);

}  // namespace vneid::flows
