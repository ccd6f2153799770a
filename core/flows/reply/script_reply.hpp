#pragma once

#include <string_view>

#include "async/task.hpp"
#include "flows/base/base.hpp"
#include "pages/view.hpp"
#include "session/ticket.hpp"

/// What a login that a script sent is answered with: a script shows no page, and follows no
/// redirect into one.
namespace vneid::flows {

/// 409 application/problem+json (RFC 9457): the login is held, and `notice` is where the citizen
/// goes on. A browser that is sent there comes back by the ticket's `script_return`.
Reply held_for_script(const Exchange& exchange);

/// The error of a login: a page for a person, application/problem+json for a script. Writes `cause`
/// to the log under the reference id that both show.
Reply login_error(const Exchange& exchange, const pages::ErrorPage& page, std::string_view cause);

/// Back to the page whose script sent the login: the answer is the script's from here on.
Task<Reply> leave_to_script(const Exchange& exchange, const Ticket& ticket, Consent consent);

}  // namespace vneid::flows
