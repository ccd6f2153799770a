#include <utility>

#include "flows/legacy/legacy.hpp"
#include "flows/legacy/ticket_actions.hpp"
#include "flows/reply/reply.hpp"

namespace vneid::flows {

namespace {

Reply nothing_held(const Exchange& exchange) {
  return json_reply(404, api_error(exchange, "nothing_held").get());
}

}  // namespace

Task<Reply> api_held_answer(const Exchange& exchange) {
  if (!is_of_own_page(*exchange.request, exchange.site->origin)) {
    co_return error_reply(exchange, pages::ErrorKind::csrf,
                          "API: another site asked for the answer to a login");
  }
  const auto ticket = shown_ticket(exchange);
  if (!ticket || !ticket->script_return) co_return nothing_held(exchange);
  if (!co_await exchange.worker->tickets.unused(*ticket)) co_return nothing_held(exchange);
  const auto consent = co_await exchange.worker->tickets.consented(ticket->id);
  if (!consent) co_return held_for_script(exchange);
  if (*consent == Consent::skipped && !may_skip(exchange, *ticket)) {
    co_return held_for_script(exchange);  // the instant has come since [Bỏ qua] was pressed
  }
  // After the link the session is VNeID's already.
  auto reply = *consent == Consent::linked ? co_await release_answer(exchange)
                                           : co_await release_legacy_login(exchange, *ticket);
  co_return reply ? *std::move(reply) : nothing_held(exchange);
}

}  // namespace vneid::flows
