#include <utility>

#include "flows/legacy/legacy.hpp"
#include "flows/legacy/ticket_actions.hpp"
#include "flows/reply/reply.hpp"

namespace vneid::flows {

namespace {

constexpr const char* form = "notice";

}  // namespace

Task<Reply> show_notice(const Exchange& exchange) {
  Worker& worker = *exchange.worker;
  auto ticket = shown_ticket(exchange);
  if (!ticket) co_return ticket_refused(exchange, ticket.error());
  const bool unused = co_await worker.tickets.unused(*ticket);
  if (!unused) co_return ticket_refused(exchange, TicketError::used);
  co_await keep_choice(exchange, *ticket, audit::Choice::shown);
  exchange.count(metrics::Notice::shown);
  co_return notice_page(exchange, *ticket);
}

Task<Reply> choose(const Exchange& exchange) {
  auto ticket = shown_ticket(exchange);
  if (!ticket) co_return ticket_refused(exchange, ticket.error());
  if (!csrf_holds(exchange, form, ticket->id.value())) {
    co_return error_reply(exchange, pages::ErrorKind::csrf,
                          "the notice's form did not carry this login's token");
  }
  const std::string choice = form_field(exchange.request->body, "choice");
  if (choice == "skip") {
    co_return co_await skip(exchange, std::move(*ticket));
  }
  if (choice == "not_me") co_return co_await give_up(exchange);
  if (choice == "vneid") {
    const bool must_verify = co_await lacks_verified_number(exchange, *ticket);
    if (must_verify) co_return redirect(exchange.site->path + "verify");
    co_return co_await begin_vneid(exchange, std::move(*ticket));
  }
  co_return error_reply(exchange, pages::ErrorKind::bad_request,
                        "the notice's form named no choice");
}

}  // namespace vneid::flows
