#pragma once

#include <optional>

#include "async/task.hpp"
#include "flows/base/exchange.hpp"
#include "session/session.hpp"

namespace vneid::flows {

/// Whether a session counts on this site now: it is of this portal (two portals may share a host
/// name over ports, and so its cookies), and a login by password alone ends with the cut-over,
/// whenever it was made (R32).
bool counts(const Exchange& exchange, const Session& session);

/// Whether the request is also of the portal's session that it was begun with
/// (`vneid_portal_cookie`). Not asked of our own pages: the portal's answer may still be held.
bool is_of_portal_session(const Exchange& exchange, const LiveSession& live);

/// The browser's session, when there is one that counts. Throws Unavailable (D7).
Task<std::optional<LiveSession>> live_session(const Exchange& exchange);

}  // namespace vneid::flows
