#pragma once

#include <optional>

#include "async/task.hpp"
#include "flows/base/base.hpp"
#include "flows/vneid/authorization.hpp"
#include "link/accounts.hpp"

/// The link of the account that a browser is logged in to at the portal: for who skipped the
/// notice, or comes by a gate (R7). Who has only claimed an account has no session (design D15).
namespace vneid::flows {

/// The account of the browser's session at the portal, when it can be linked: it is open, a
/// person's, and not linked yet. Nothing without such a session. Throws Unavailable.
Task<std::optional<link::LegacyAccount>> linkable_account(const Exchange& exchange,
                                                          const std::optional<LiveSession>& live);

/// Whether the browser's session is still the one that the authorization began in. It counts
/// whatever cookies of the portal's come along: browsers keep SameSite=Strict ones from a
/// navigation that begins at the provider.
Task<bool> still_lives(const Exchange& exchange, const LinkSession& purpose);

}  // namespace vneid::flows
