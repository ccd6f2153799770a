#pragma once

#include <chrono>
#include <expected>

#include "async/task.hpp"
#include "flows/base/base.hpp"
#include "session/ticket.hpp"

/// The legacy login that is held for a browser (D5).
namespace vneid::flows {

/// What the browser's cookie proves; whether it was used up only Redis knows (Tickets::unused).
std::expected<Ticket, TicketError> shown_ticket(const Exchange& exchange);

/// The page for a ticket that does not serve.
Reply ticket_refused(const Exchange& exchange, TicketError error);

/// The portal's answer, once; the ticket leaves the browser with it.
Task<std::expected<Reply, TicketError>> release_answer(const Exchange& exchange);

/// For so long what a citizen has begun is kept: at a kiosk no longer than a session may be idle.
std::chrono::seconds kept_for(const Site& site, std::chrono::seconds usual);

/// Whether policy lets this login go on without VNeID, now.
bool may_skip(const Exchange& exchange, const Ticket& ticket);

}  // namespace vneid::flows
