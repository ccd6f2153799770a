#pragma once

#include <string>

#include "async/task.hpp"
#include "flows/base/base.hpp"

/// The ends of a session (domain.md §4.4).
namespace vneid::flows {

/// `logout`: asks first (GET), then ends the module's, the portal's and the provider's session
/// (POST).
Task<Reply> ask_sign_out(const Exchange& exchange);
Task<Reply> sign_out(const Exchange& exchange);
/// `signed-out`: where the provider sends the browser back to, and the end of every sign-out.
Task<Reply> show_signed_out(const Exchange& exchange);
/// The portal's own sign-out: ends our session too and, for a navigation, goes by the provider.
Task<LoginVerdict> portal_sign_out(const Exchange& exchange, PortalSignOut sign_out);
/// `backchannel-logout/<provider>` (OpenID Connect Back-Channel Logout 1.0 §2).
Task<Reply> backchannel_logout(const Exchange& exchange, std::string provider);
/// Set-Cookie headers that take all our cookies away.
HeaderList expired_cookies();

}  // namespace vneid::flows
