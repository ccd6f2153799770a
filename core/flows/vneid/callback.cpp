#include <utility>
#include <variant>

#include "async/wait.hpp"
#include "flows/front/flows.hpp"
#include "flows/legacy/ticket_actions.hpp"
#include "flows/reply/error_labels.hpp"
#include "flows/reply/failure.hpp"
#include "flows/reply/page_reply.hpp"
#include "flows/vneid/direct_callback.hpp"
#include "flows/vneid/link_account.hpp"
#include "oidc/authorization_response.hpp"

namespace vneid::flows {

namespace {

using pages::ErrorKind;

/// How long a repeated callback waits for the one that came first.
constexpr std::chrono::seconds patience{20};
constexpr Milliseconds poll_interval{100};
/// For so long after a link the same browser, with the login still held, gets its session again:
/// a double click may have thrown the first answer away.
constexpr std::chrono::seconds repeat_window{60};

FlowOutcome failure(ErrorKind kind, std::string ticket_id) {
  FlowOutcome outcome;
  outcome.state = FlowOutcome::State::failed;
  outcome.error = static_cast<int>(kind);
  outcome.ticket_id = std::move(ticket_id);
  return outcome;
}

/// The page of a failure; while the legacy login is still held it offers what the notice offers.
Task<Reply> failure_page(const Exchange& exchange, FlowOutcome outcome, std::string cause) {
  Worker& worker = *exchange.worker;
  pages::ErrorPage page;
  page.kind = static_cast<ErrorKind>(outcome.error);
  page.review_code = outcome.detail;
  page.review_state = static_cast<pages::ReviewState>(outcome.review_state);
  auto ticket =
      worker.tickets.open(exchange.request->cookie, exchange.site->portal, exchange.now());
  bool held = ticket && ticket->id == outcome.ticket_id;
  if (held) {
    held = co_await worker.tickets.unused(ticket->id);
  }
  if (held) {
    page.can_skip = may_skip(exchange, *ticket);
    page.can_verify =
        page.kind == ErrorKind::unverified_number && !exchange.site->population.empty();
    page.can_retry_vneid = page.kind == ErrorKind::cancelled ||
                           page.kind == ErrorKind::provider_away ||
                           page.kind == ErrorKind::provider_refused ||
                           page.kind == ErrorKind::mismatch || page.kind == ErrorKind::taken ||
                           page.kind == ErrorKind::stores_away || page.kind == ErrorKind::expired;
    page.csrf = csrf_token(worker, "notice", ticket->id);
  } else {
    page.login_href = "/";
  }
  co_return error_reply(exchange, page, cause);
}

Task<Reply> linked_reply(const Exchange& exchange, FlowOutcome outcome) {
  Session session;
  session.proof = Session::Proof::vneid;
  session.portal = exchange.site->portal;
  session.account_id = outcome.account_id;
  session.person_id = outcome.person_id;
  session.link_id = outcome.link_id;
  session.provider = outcome.provider;
  session.subject_key = outcome.subject_key;
  session.sid = outcome.sid;
  // The portal's session of this login is not in the browser yet: it is withheld with the ticket.
  const auto ticket = exchange.worker->tickets.open(exchange.request->cookie, exchange.site->portal,
                                                    exchange.now());
  if (ticket && ticket->id == outcome.ticket_id) {
    session.portal_cookie_key = ticket->portal_cookie_key;
    session.account = ticket->account;
  }
  std::string cookie = co_await exchange.sessions().begin(
      std::move(session), exchange.request->cookie, exchange.now(), std::move(outcome.id_token));
  exchange.count(metrics::SessionBegun::vneid);
  Reply reply = redirect(exchange.site->path + "linked");
  reply.headers.emplace_back("Set-Cookie", std::move(cookie));
  co_return reply;
}

Task<Reply> answer(const Exchange& exchange, LinkingResult result) {
  if (result.outcome.state == FlowOutcome::State::linked) {
    Reply reply = co_await linked_reply(exchange, std::move(result.outcome));
    exchange.count(metrics::Callback::linked);
    co_return reply;
  }
  const auto kind = static_cast<ErrorKind>(result.outcome.error);
  Reply reply = co_await failure_page(exchange, std::move(result.outcome), std::move(result.cause));
  exchange.count(callback_of(kind));
  co_return reply;
}

/// A link that this browser's flow has made already: a session that lives is enough; otherwise only
/// shortly after it, and only while the legacy login that began it is still held.
Task<Reply> linked_again(const Exchange& exchange, FlowOutcome outcome) {
  Worker& worker = *exchange.worker;
  auto live = co_await exchange.sessions().read(exchange.request->cookie, exchange.now());
  if (live && live->session.proof == Session::Proof::vneid &&
      live->session.link_id == outcome.link_id) {
    co_return redirect(exchange.site->path + "linked");
  }
  auto ticket =
      worker.tickets.open(exchange.request->cookie, exchange.site->portal, exchange.now());
  const bool fresh = exchange.now() < outcome.finished_at + repeat_window;
  if (fresh && ticket && ticket->id == outcome.ticket_id) {
    co_return co_await linked_reply(exchange, std::move(outcome));
  }
  co_return co_await failure_page(exchange, failure(ErrorKind::expired, outcome.ticket_id),
                                  "this callback has done its work before");
}

/// The callback came again (double click, back button, reload): waits for the first and answers
/// the same.
Task<Reply> repeated(const Exchange& exchange, std::string state, std::string browser) {
  Worker& worker = *exchange.worker;
  const Monotonic deadline = worker.loop.now() + patience;
  while (worker.loop.now() < deadline) {
    auto outcome = co_await worker.flows.outcome(state, browser);
    if (!outcome) {
      exchange.count(metrics::Callback::expired);
      co_return error_reply(exchange, ErrorKind::expired,
                            "no flow of this browser has this state: expired, or begun elsewhere");
    }
    const bool ended = outcome->state != FlowOutcome::State::pending;
    if (ended && outcome->purpose == FlowPurpose::login) {
      co_return co_await finish_login_again(exchange, std::move(*outcome));
    }
    if (outcome->state == FlowOutcome::State::linked) {
      Reply reply = co_await linked_again(exchange, std::move(*outcome));
      exchange.count(metrics::Callback::repeated);
      co_return reply;
    }
    if (outcome->state == FlowOutcome::State::failed) {
      Reply reply = co_await failure_page(exchange, std::move(*outcome),
                                          "the same callback has failed before");
      exchange.count(metrics::Callback::repeated);
      co_return reply;
    }
    co_await sleep_for(worker.loop, poll_interval);
  }
  auto ticket =
      worker.tickets.open(exchange.request->cookie, exchange.site->portal, exchange.now());
  Reply reply =
      co_await failure_page(exchange, failure(ErrorKind::stores_away, ticket ? ticket->id : ""),
                            "the first of these callbacks has not finished in time");
  exchange.count(metrics::Callback::stores_away);
  co_return reply;
}

/// Ends a flow that will not reach the link, so that a reload shows the same page.
Task<Reply> finish_early(const Exchange& exchange, std::string state, std::string browser,
                         FlowOutcome outcome, std::string cause) {
  const auto kind = static_cast<ErrorKind>(outcome.error);
  outcome.finished_at = exchange.now();
  co_await exchange.worker->flows.finish(std::move(state), std::move(browser), outcome);
  Reply reply = co_await failure_page(exchange, std::move(outcome), std::move(cause));
  exchange.count(callback_of(kind));
  co_return reply;
}

Task<Reply> proceed(const Exchange& exchange, oidc::AuthorizationResponse response,
                    std::string state, std::string browser, FlowRecord record) {
  Worker& worker = *exchange.worker;
  auto ticket =
      worker.tickets.open(exchange.request->cookie, exchange.site->portal, exchange.now());
  if (record.provider != exchange.site->provider || !ticket || ticket->id != record.ticket_id) {
    co_return co_await finish_early(
        exchange, state, browser, failure(ErrorKind::expired, record.ticket_id),
        "the legacy login that began this flow is no longer this browser's");
  }
  if (const auto* refused = std::get_if<oidc::ErrorResponse>(&response)) {
    co_return co_await finish_early(exchange, state, browser,
                                    failure(error_of(refused->error), ticket->id),
                                    "the provider answered error=" + refused->name);
  }
  auto& code = std::get<oidc::CodeResponse>(response);
  // From here on the code is spent: the rest must not depend on the client staying (D2).
  Linking linking;
  linking.code = std::move(code.code);
  linking.response_issuer = std::move(code.iss);
  linking.encrypt_key = std::move(code.encrypt_key);
  linking.state = state;
  linking.browser = browser;
  linking.record = std::move(record);
  linking.account_id = ticket->account_id;
  auto joined = worker.scope.start(link_accounts(exchange, std::move(linking)));
  LinkingResult result = co_await joined;
  co_return co_await answer(exchange, std::move(result));
}

Task<Reply> answer_callback(const Exchange& exchange, std::string provider) {
  if (provider != exchange.site->provider) {
    exchange.count(metrics::Callback::bad_request);
    co_return error_reply(exchange, ErrorKind::not_found, "no such provider here");
  }
  auto response = exchange.worker->providers.at(provider)->read_callback(exchange.request->query);
  if (const auto* malformed = std::get_if<oidc::MalformedResponse>(&response)) {
    exchange.count(metrics::Callback::bad_request);
    co_return error_reply(exchange, ErrorKind::bad_request, "callback: " + malformed->cause);
  }
  const auto* code = std::get_if<oidc::CodeResponse>(&response);
  std::string state = code != nullptr ? code->state : std::get<oidc::ErrorResponse>(response).state;
  std::string browser = browser_of(exchange.request->cookie);
  if (browser.empty()) {
    exchange.count(metrics::Callback::expired);
    co_return error_reply(exchange, ErrorKind::expired,
                          "callback without a flow cookie: another browser, or cookies are off");
  }
  auto record = co_await exchange.worker->flows.take(state, browser);
  if (!record) {
    co_return co_await repeated(exchange, std::move(state), std::move(browser));
  }
  auto way = record->purpose == FlowPurpose::login
                 ? finish_login(exchange, std::move(response), state, browser, std::move(*record))
                 : proceed(exchange, std::move(response), state, browser, std::move(*record));
  co_return co_await std::move(way);
}

}  // namespace

Task<Reply> callback(const Exchange& exchange, std::string provider) {
  // Each way to an answer counts what it ends with; what is thrown has no answer yet.
  try {
    co_return co_await answer_callback(exchange, std::move(provider));
  } catch (...) {
    exchange.count(callback_of(error_kind_of(std::current_exception())));
    throw;
  }
}

}  // namespace vneid::flows
