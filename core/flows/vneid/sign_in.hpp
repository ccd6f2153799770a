#pragma once

#include "async/task.hpp"
#include "flows/base/base.hpp"
#include "flows/vneid/conclusion.hpp"
#include "flows/vneid/redeem.hpp"

namespace vneid::flows {

/// A sign-in that begins at VNeID (R25, R35) proves the person and no account of the portal. So it
/// opens what is linked to the person, and may take over only accounts whose number was verified
/// (domain.md §8.2, direction of trust): finds them, and keeps the choice for the browser.
Task<Conclusion> sign_in(const Exchange& exchange, const Spending& spending,
                         const oidc::VerifiedIdentity& person);

}  // namespace vneid::flows
