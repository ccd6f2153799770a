#pragma once

#include <cstdint>
#include <optional>

#include "async/task.hpp"
#include "flows/base/exchange.hpp"
#include "session/session.hpp"

namespace vneid::flows {

/// For whom a session is to count.
enum class For : std::uint8_t {
  portal,       ///< what the portal is sent goes by it: gates
  told_portal,  ///< the same, and the portal is told whose session it is (`vneid_identity`)
  own_page,     ///< one of our own pages
};

/// Whether a session counts on this site, at this instant, for this browser. The one place that
/// says so:
///
/// - It is of this portal: two portals may share a host name over ports, and so its cookies.
/// - A login by password alone ends with the cut-over, whenever it was made (R32).
/// - The browser is still in the portal's session that it was begun with (`vneid_portal_cookie`;
///   session/portal_binding.hpp). Two waits are part of a login: on our own pages the portal's
///   answer may still be held, or there may be no portal session yet; and for a minute after a
///   login with VNeID a portal that is told who has come may still have to give its first cookie.
bool counts(const Glance& glance, const LiveSession& live, For whom);

/// Whether a login with VNeID is all there is: the portal has opened no session for it, or the
/// browser is in another one by now.
bool awaits_portal(const Glance& glance, const LiveSession& live);

/// The browser's session, when there is one that counts on our own pages. Throws Unavailable (D7).
Task<std::optional<LiveSession>> live_session(const Exchange& exchange);

}  // namespace vneid::flows
