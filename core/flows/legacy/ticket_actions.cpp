#include "flows/legacy/ticket_actions.hpp"

#include <exception>
#include <utility>

#include "flows/base/base.hpp"
#include "flows/legacy/legacy_session.hpp"
#include "flows/reply/reply.hpp"
#include "flows/vneid/vneid.hpp"
#include "session/cookie.hpp"

namespace vneid::flows {

Task<void> keep_choice(const Exchange& exchange, const Ticket& ticket, audit::Choice choice) {
  if (!ticket.account_id) co_return;
  audit::NoticeChoice kept;
  kept.at = exchange.now();
  kept.account_id = ticket.account_id;
  kept.notice_version =
      exchange.worker->settings->renderer->notice_version(page_context(exchange, ticket.kind));
  kept.choice = choice;
  kept.origin = audit_origin(exchange);
  try {
    co_await audit::record(exchange.worker->postgres, std::move(kept));
  } catch (const std::exception& failure) {
    exchange.worker->log.write(Log::Severity::error, exchange.request->id,
                               std::string("the choice on the notice (") +
                                   std::string(audit::to_text(choice)) +
                                   ") was not recorded: " + failure.what());
  }
}

Task<bool> lacks_verified_number(const Exchange& exchange, const Ticket& ticket) {
  if (exchange.site->population.empty() || !is_proven(ticket)) co_return false;
  auto account = co_await exchange.worker->accounts.find(ticket.account_id);
  co_return account && !link::has_verified_number(*account);
}

Reply notice_page(const Exchange& exchange, const Ticket& ticket) {
  Worker& worker = *exchange.worker;
  const policy::Rule& rule = exchange.site->policy.of(ticket.kind);
  pages::NoticePage page;
  page.account_masked = ticket.account_masked;
  page.name_masked = ticket.name_masked;
  page.enforced = !may_skip(exchange, ticket);
  page.linked = ticket.linked.value_or(false);
  page.foreign = ticket.kind == policy::Kind::foreign;
  if (rule.enforce) page.days_left = policy::days_left(exchange.now(), *rule.enforce);
  page.csrf = csrf_token(worker, "notice", ticket.id.value());
  const auto context = page_context(exchange, ticket.kind);
  return page_reply(exchange, 200, page, context);
}

Task<std::expected<Reply, TicketError>> release_legacy_login(const Exchange& exchange,
                                                             const Ticket& ticket) {
  std::string cookie = expire_cookie(cookie_name::session);
  if (is_proven(ticket)) {
    LegacyHolder holder{ticket.account_id, ticket.account, ticket.kind, ticket.portal_cookie_key};
    cookie = co_await begin_legacy_session(exchange, std::move(holder));
  }
  // The ticket is spent last: whatever is awaited after it could lose the portal's answer.
  auto reply = co_await release_answer(exchange);
  if (reply) reply->headers.emplace_back("Set-Cookie", std::move(cookie));
  co_return reply;
}

Task<Reply> skip(const Exchange& exchange, Ticket ticket) {
  Worker& worker = *exchange.worker;
  if (!may_skip(exchange, ticket)) {
    // The instant has come while the notice stood open.
    worker.log.write(Log::Severity::warning, exchange.request->id,
                     "[Bỏ qua] refused: policy does not let it in any more");
    Reply reply = notice_page(exchange, ticket);
    reply.status = 403;
    co_return reply;
  }
  if (!co_await worker.tickets.unused(ticket))
    co_return ticket_refused(exchange, TicketError::used);
  co_await keep_choice(exchange, ticket, audit::Choice::skip);
  if (ticket.script_return) {
    exchange.count(metrics::Notice::skipped);
    co_return co_await leave_to_script(exchange, ticket, Consent::skipped);
  }
  auto reply = co_await release_legacy_login(exchange, ticket);
  if (!reply) co_return ticket_refused(exchange, reply.error());
  exchange.count(metrics::Notice::skipped);
  co_return *std::move(reply);
}

Task<Reply> give_up(const Exchange& exchange) {
  auto dropped = co_await release_answer(exchange);
  static_cast<void>(dropped);
  exchange.count(metrics::Notice::not_me);
  co_await exchange.sessions().end(exchange.request->cookie);
  Reply reply = redirect(exchange.site->login_page);
  // All that is a citizen's: the next one logs in at the same browser.
  for (const auto name : {cookie_name::ticket, cookie_name::session, cookie_name::flow,
                          cookie_name::post, cookie_name::later}) {
    reply.headers.emplace_back("Set-Cookie", expire_cookie(name));
  }
  expire_portal_cookie(*exchange.site, reply);
  co_return reply;
}

Task<Reply> begin_vneid(const Exchange& exchange, Ticket ticket) {
  if (!co_await exchange.worker->tickets.unused(ticket)) {
    co_return ticket_refused(exchange, TicketError::used);
  }
  Reply reply = co_await start_authorization(exchange, LinkHeld{ticket.id});
  co_await keep_choice(exchange, ticket, audit::Choice::vneid);
  exchange.count(metrics::Notice::vneid);
  co_return reply;
}

}  // namespace vneid::flows
