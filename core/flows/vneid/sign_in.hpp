#pragma once

#include <vector>

#include "async/task.hpp"
#include "flows/base/base.hpp"
#include "flows/vneid/conclusion.hpp"
#include "flows/vneid/pending_choice.hpp"
#include "flows/vneid/redeem.hpp"

namespace vneid::flows {

/// A sign-in that begins at VNeID (R25, R35) proves the person and no account of the portal. So it
/// opens what is linked to the person, and may take over only accounts whose number was verified
/// (domain.md §8.2, direction of trust): finds them, and keeps the choice for the browser.
Task<Conclusion> sign_in(const Exchange& exchange, const Spending& spending,
                         const oidc::VerifiedIdentity& person);

/// Accounts of this portal that are linked to the person.
Task<std::vector<PendingChoice::Candidate>> linked_accounts(const Exchange& exchange,
                                                            PersonId person);

}  // namespace vneid::flows
