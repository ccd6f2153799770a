#pragma once

#include <cstddef>

#include "async/task.hpp"
#include "flows/vneid/pending_choice.hpp"

namespace vneid::flows {

/// Lets the person into the portal with one of the choice's accounts, which must be linked to the
/// person: opens our session, gets the portal's with `vneid_session_exchange`, and sends the
/// browser to where the login wanted to go. When the portal gives no session, nothing is set.
///
/// With `vneid_portal_cookie` our session belongs to the portal's session that the exchange gave.
/// Without an exchange the browser's portal cookie is taken away, since nobody knows whose it is,
/// and the session belongs to the one that the portal gives when it is told who has come.
Task<Reply> enter_portal(const Exchange& exchange, PendingChoice choice, std::size_t chosen);

}  // namespace vneid::flows
