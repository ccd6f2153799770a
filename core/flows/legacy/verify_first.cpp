// The letter's steps 2 to 5 folded into the login that began them: the number is verified in place,
// and the same login goes on to VNeID.

#include <expected>
#include <utility>

#include "flows/identity/identity.hpp"
#include "flows/legacy/legacy.hpp"
#include "flows/legacy/ticket_actions.hpp"
#include "flows/reply/reply.hpp"
#include "net/unavailable.hpp"

namespace vneid::flows {

namespace {

using State = IdentityCheck::State;

constexpr const char* form = "verify";

Reply no_source(const Exchange& exchange) {
  return error_reply(exchange, pages::ErrorKind::not_found, "no population database is configured");
}

/// What the browser proves, before Redis was asked.
std::expected<Ticket, Reply> ticket_to_verify(const Exchange& exchange) {
  if (exchange.site->population.empty()) return std::unexpected(no_source(exchange));
  auto ticket = shown_ticket(exchange);
  if (!ticket) return std::unexpected(ticket_refused(exchange, ticket.error()));
  // The page shows what is on file.
  if (!is_proven(*ticket)) return std::unexpected(redirect(exchange.site->path + "notice"));
  return std::move(*ticket);
}

Task<link::FieldValues> fields_of(const Exchange& exchange, AccountId account_id) {
  auto profile = co_await exchange.worker->identities.read(account_id, PersonId{});
  if (!profile) co_return link::FieldValues{};
  co_return std::move(profile->fields);
}

pages::UpdatePage folded(const Exchange& exchange, pages::UpdatePage page, const Ticket& ticket) {
  page.folded = true;
  page.can_skip = may_skip(exchange, ticket);
  page.account_masked = ticket.account_masked;
  page.csrf = csrf_token(*exchange.worker, form, ticket.id.value());
  return page;
}

/// Before VNeID has proven anybody.
link::FieldValues shown(link::FieldValues held) {
  return shown_fields(std::move(held), Session::Proof::legacy);
}

/// The officer's answer is waited for; until then the legacy login goes on as before.
Reply in_review(const Exchange& exchange, const Ticket& ticket, const IdentityCheck& check) {
  pages::ErrorPage page;
  page.kind = pages::ErrorKind::review;
  page.review_code = check.reference;
  page.can_skip = may_skip(exchange, ticket);
  page.csrf = csrf_token(*exchange.worker, "notice", ticket.id.value());
  return error_reply(exchange, page, "the population database contradicts what was verified");
}

/// What a check came to, whenever it did.
Task<Reply> checked(const Exchange& exchange, Ticket ticket, link::FieldValues held,
                    CheckResult result) {
  IdentityCheck& check = result.check;
  if (!result.stores_away && check.state == State::in_review) {
    co_return in_review(exchange, ticket, check);
  }
  if (!result.stores_away && check.state == State::verified) {
    const bool still_lacks = co_await lacks_verified_number(exchange, ticket);
    if (!still_lacks) {
      co_return co_await begin_vneid(exchange, std::move(ticket));
    }
    // Found by the old number, and the source tells no new one: the citizen must give it.
    check.state = State::mistyped;
    check.problems[identity::Field::citizen_id] = pages::FieldProblem::missing;
  }
  pages::UpdatePage page =
      folded(exchange, typed_update(shown(std::move(held)), result.typed), ticket);
  show_outcome(page, check);
  if (result.stores_away) page.trouble = pages::UpdatePage::Trouble::stores_away;
  co_return update_reply(exchange, page, check.retry_after);
}

Task<Reply> update(const Exchange& exchange, Ticket ticket) {
  CheckResult result;
  result.typed = typed_identity(exchange.request->body);
  link::FieldValues held;
  try {
    const bool unused = co_await exchange.worker->tickets.unused(ticket);
    if (!unused) co_return ticket_refused(exchange, TicketError::used);
    held = co_await fields_of(exchange, ticket.account_id);
    auto checking =
        co_await begin_check(exchange, ticket.account_id, held, result.typed, ticket.id.value());
    if (!checking.done) {
      co_return redirect(exchange.site->path + "verify?check=" + checking.id);
    }
    result = *std::move(checking.done);
  } catch (const Unavailable& failure) {
    exchange.worker->log.write(Log::Severity::error, exchange.request->id, failure.what());
    result.stores_away = true;  // what was typed must not be lost with it
  }
  co_return co_await checked(exchange, std::move(ticket), std::move(held), std::move(result));
}

Task<Reply> show_checked(const Exchange& exchange, Ticket ticket, link::FieldValues held) {
  auto result = co_await await_check(exchange, ticket.id.value());
  if (result) {
    co_return co_await checked(exchange, std::move(ticket), std::move(held), *std::move(result));
  }
  if (times_waited(*exchange.request) < longest_wait)
    co_return waiting_page(exchange, AwaitedServer::population);
  // It is lost, or was never begun.
  pages::UpdatePage page = folded(exchange, blank_update(shown(std::move(held))), ticket);
  page.trouble = pages::UpdatePage::Trouble::away;
  co_return update_reply(exchange, page, {});
}

}  // namespace

Task<Reply> show_verify(const Exchange& exchange) {
  auto ticket = ticket_to_verify(exchange);
  if (!ticket) co_return std::move(ticket.error());
  const bool unused = co_await exchange.worker->tickets.unused(*ticket);
  if (!unused) co_return ticket_refused(exchange, TicketError::used);
  auto held = co_await fields_of(exchange, ticket->account_id);
  if (asks_for_check(*exchange.request)) {
    co_return co_await show_checked(exchange, *std::move(ticket), std::move(held));
  }
  const auto page = folded(exchange, blank_update(shown(std::move(held))), *ticket);
  co_return page_reply(exchange, 200, page);
}

Task<Reply> verify(const Exchange& exchange) {
  auto ticket = ticket_to_verify(exchange);
  if (!ticket) co_return std::move(ticket.error());
  if (!csrf_holds(exchange, form, ticket->id.value())) {
    co_return error_reply(exchange, pages::ErrorKind::csrf,
                          "the form did not carry this login's token");
  }
  const std::string action = form_field(exchange.request->body, "action");
  if (action == "skip") {
    co_return co_await skip(exchange, std::move(*ticket));
  }
  if (action == "update") {
    co_return co_await update(exchange, std::move(*ticket));
  }
  if (action == "not_me") co_return co_await give_up(exchange);
  co_return error_reply(exchange, pages::ErrorKind::bad_request, "the form named no action");
}

}  // namespace vneid::flows
