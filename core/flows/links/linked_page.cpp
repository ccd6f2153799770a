#include <expected>
#include <utility>

#include "flows/identity/identity.hpp"
#include "flows/links/links.hpp"
#include "flows/reply/reply.hpp"
#include "flows/vault/vault.hpp"
#include "session/cookie.hpp"
#include "text/form.hpp"
#include "vault/transfer.hpp"

namespace vneid::flows {

namespace {

constexpr const char* form = "linked";

void add_counts(pages::LinkedPage& page, const vault::TransferSummary& summary) {
  for (const auto& [kind, count] : summary.moved) page.moved.push_back({record_kind(kind), count});
  for (const auto& [reason, count] : summary.stayed) {
    if (const auto known = stay_reason(reason)) page.stayed.push_back({*known, count});
  }
}

/// The login of the very account that this session linked: another account's login, made meanwhile
/// in another tab, has not been asked about yet.
std::expected<Ticket, TicketError> own_ticket(const Exchange& exchange, const Session& session) {
  auto ticket = exchange.worker->tickets.open(exchange.request->cookie, exchange.site->portal,
                                              exchange.now());
  if (ticket && ticket->account_id != session.account_id) {
    return std::unexpected(TicketError::absent);
  }
  return ticket;
}

/// Whether the portal's answer to this login still waits to be released.
Task<bool> answer_waits(const Exchange& exchange, Session session) {
  auto ticket = own_ticket(exchange, session);
  if (!ticket) co_return false;
  co_return co_await exchange.worker->tickets.unused(*ticket);
}

Reply not_held(const Exchange& exchange, TicketError error) {
  const bool used = error == TicketError::used;
  return error_reply(exchange, used ? pages::ErrorKind::ticket_used : pages::ErrorKind::expired,
                     "the portal's answer is no longer held for this session");
}

}  // namespace

Task<Reply> show_linked(const Exchange& exchange) {
  auto live = co_await require_vneid_session(exchange);
  if (!live) co_return std::move(live.error());
  Worker& worker = *exchange.worker;
  auto linked = co_await worker.links.find(live->session.link_id);
  if (!linked || linked->person_id != live->session.person_id) {
    co_return error_reply(exchange, pages::ErrorKind::not_found,
                          "the link of this session is no longer active");
  }
  auto summary = co_await vault::transfer_summary(worker.postgres, live->session.link_id);
  pages::LinkedPage page;
  page.link = link_item(*linked, true);
  page.flagged = linked->flagged;
  page.has_target = co_await answer_waits(exchange, live->session);
  if (!page.has_target) page.continue_href = return_of(exchange.request->query).value_or("");
  page.csrf = csrf_token(worker, form, live->token.value());
  page.sign_out_csrf = sign_out_token(worker, live->token.value());
  add_counts(page, summary);
  co_return page_reply(exchange, 200, page);
}

Task<Reply> continue_to_portal(const Exchange& exchange) {
  auto live = co_await require_vneid_session(exchange);
  if (!live) co_return std::move(live.error());
  if (!csrf_holds(exchange, form, live->token.value())) {
    co_return error_reply(exchange, pages::ErrorKind::csrf,
                          "the form of the success page did not carry this session's token");
  }
  auto ticket = own_ticket(exchange, live->session);
  if (!ticket) co_return not_held(exchange, ticket.error());
  if (ticket->script_return) {
    const bool waits = co_await exchange.worker->tickets.unused(*ticket);
    if (!waits) co_return not_held(exchange, TicketError::used);
    co_return co_await leave_to_script(exchange, *ticket, Consent::linked);
  }
  auto reply = co_await release_answer(exchange);
  if (!reply) co_return not_held(exchange, reply.error());
  co_return *std::move(reply);
}

}  // namespace vneid::flows
