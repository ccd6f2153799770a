#include "flows/reply/held_ticket.hpp"

#include <algorithm>
#include <utility>

#include "flows/reply/page_reply.hpp"
#include "session/cookie.hpp"

namespace vneid::flows {

namespace {

std::string_view cause_of(TicketError error) {
  switch (error) {
    case TicketError::absent:
      return "no ticket of a legacy login came with the request";
    case TicketError::expired:
      return "the ticket of the legacy login has expired";
    case TicketError::used:
      return "the ticket of the legacy login has been used";
  }
  return "";
}

}  // namespace

std::expected<Ticket, TicketError> shown_ticket(const Exchange& exchange) {
  return exchange.worker->tickets.open(exchange.request->cookie, exchange.site->portal,
                                       exchange.now());
}

Reply ticket_refused(const Exchange& exchange, TicketError error) {
  const bool used = error == TicketError::used;
  return error_reply(exchange, used ? pages::ErrorKind::ticket_used : pages::ErrorKind::expired,
                     cause_of(error));
}

Task<std::expected<Reply, TicketError>> release_answer(const Exchange& exchange) {
  auto answer = co_await exchange.worker->tickets.release(exchange.request->cookie,
                                                          exchange.site->portal, exchange.now());
  if (!answer) co_return std::unexpected(answer.error());
  Reply reply = released(std::move(*answer));
  reply.headers.emplace_back("Set-Cookie", expire_cookie(cookie_name::ticket));
  co_return reply;
}

std::chrono::seconds kept_for(const Site& site, std::chrono::seconds usual) {
  if (!site.kiosk) return usual;
  return std::min(usual, std::chrono::ceil<std::chrono::seconds>(site.session_limits.idle));
}

bool may_skip(const Exchange& exchange, const Ticket& ticket) {
  return policy::legacy_login_suffices(exchange.mode(ticket.kind));
}

}  // namespace vneid::flows
