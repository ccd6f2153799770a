#include <algorithm>
#include <utility>
#include <variant>

#include "async/deadline.hpp"
#include "async/wait.hpp"
#include "flows/reply/reply.hpp"
#include "flows/vneid/callback_page.hpp"
#include "flows/vneid/finish.hpp"
#include "flows/vneid/link_session.hpp"
#include "flows/vneid/vneid.hpp"
#include "session/cookie.hpp"

namespace vneid::flows {

namespace {

using pages::ErrorKind;

/// How long a repeated callback waits for the one that came first, where no page waits for it.
constexpr std::chrono::seconds patience{20};
constexpr Milliseconds first_pause{100};
constexpr Milliseconds longest_pause{2000};

Reply refused_unread(const Exchange& exchange, metrics::Callback label, ErrorKind kind,
                     const std::string& cause) {
  exchange.count(label);
  return error_reply(exchange, kind, cause);
}

/// The callback came again (double click, back button, reload): waits for the first and answers the
/// same.
Task<Reply> repeated(const Exchange& exchange, const State& state, const BrowserId& browser) {
  EventLoop& loop = exchange.worker->loop;
  const Authorizations authorizations{*exchange.worker};
  const Milliseconds wait = exchange.site->wait;
  const bool shows_page = wait.count() > 0 && times_waited(*exchange.request) < longest_wait;
  const Monotonic deadline = loop.now() + (shows_page ? wait : Milliseconds{patience});
  Milliseconds pause = first_pause;
  Purpose purpose;
  while (loop.now() < deadline) {
    auto outcome = co_await authorizations.outcome(state, browser);
    if (!outcome) {
      co_return refused_unread(
          exchange, metrics::Callback::expired, ErrorKind::expired,
          "no flow of this browser has this state: expired, or begun elsewhere");
    }
    if (!std::holds_alternative<Pending>(outcome->result)) {
      co_return co_await show_again(exchange, *std::move(outcome));
    }
    purpose = std::move(outcome->purpose);
    co_await sleep_for(loop, pause);
    pause = std::min(2 * pause, longest_pause);
  }
  if (shows_page) co_return waiting_page(exchange, AwaitedServer::provider);
  exchange.count(metrics::Callback::stores_away);
  co_return co_await failure_page(exchange, purpose, Failed{.kind = ErrorKind::stores_away},
                                  "the first of these callbacks has not finished in time");
}

/// Whose login at the portal this browser has proven: goes into `spending`. Why not, when it is no
/// longer the one that the authorization began with.
Task<std::optional<Conclusion>> prove_login(const Exchange& exchange, Spending& spending) {
  const Purpose& purpose = spending.authorization.purpose;
  if (const auto* held = std::get_if<LinkHeld>(&purpose)) {
    const auto ticket = shown_ticket(exchange);
    if (!ticket || ticket->id != held->ticket_id) {
      co_return failed(purpose, ErrorKind::expired,
                       "the legacy login that began this flow is no longer this browser's");
    }
    spending.account_id = ticket->account_id;
    spending.kind = ticket->kind;
    spending.login_proven = is_proven(*ticket);
  }
  if (const auto* session = std::get_if<LinkSession>(&purpose)) {
    if (!co_await still_lives(exchange, *session)) {
      co_return failed(purpose, ErrorKind::expired,
                       "the session at the portal that began this flow is over");
    }
    spending.account_id = session->account_id;
    spending.login_proven = true;
  }
  co_return std::nullopt;
}

/// Why the code is not to be spent; nothing when it is. Finds the account of a link.
Task<std::optional<Conclusion>> refusal(const Exchange& exchange, Spending& spending,
                                        const oidc::AuthorizationResponse& response) {
  const Authorization& authorization = spending.authorization;
  const Purpose& purpose = authorization.purpose;
  if (authorization.provider != exchange.site->provider) {
    co_return failed(purpose, ErrorKind::expired, "this login began at another provider");
  }
  if (auto unproven = co_await prove_login(exchange, spending)) co_return unproven;
  if (const auto* error = std::get_if<oidc::ErrorResponse>(&response)) {
    co_return failed(purpose, error_of(error->error), "the provider answered error=" + error->name);
  }
  if (!std::holds_alternative<SignIn>(purpose) && !spending.account_id) {
    co_return failed(purpose, ErrorKind::unverified_number,
                     "the account was only claimed, and is not on file");
  }
  co_return std::nullopt;
}

/// Takes the authorization and spends its code, or keeps why not. Nothing: another callback has
/// taken it. Runs in the worker's scope: once it is taken, neither a leaving client nor a slow
/// store may leave it without an outcome (D2).
Task<std::optional<Conclusion>> spend(Exchange exchange, Spending spending,
                                      oidc::AuthorizationResponse response) {
  auto taken = co_await Authorizations{*exchange.worker}.take(spending.state, spending.browser);
  if (!taken) co_return std::nullopt;
  spending.authorization = *std::move(taken);
  auto refused = co_await refusal(exchange, spending, response);
  if (refused) {
    co_await finish_early(exchange, spending.state, spending.browser, refused->outcome);
    co_return refused;
  }
  spending.code = std::get<oidc::CodeResponse>(std::move(response));
  co_return co_await finish_once(std::move(exchange), std::move(spending));
}

using Spent = Joined<std::optional<Conclusion>>;

Task<std::optional<Conclusion>> end_of(Spent spent) { co_return co_await spent; }

/// What a callback came to; nothing when that takes longer than people look at an empty page.
Task<std::optional<std::optional<Conclusion>>> end_in_time(const Exchange& exchange, Spent spent) {
  const Milliseconds wait = exchange.site->wait;
  EventLoop& loop = exchange.worker->loop;
  if (wait.count() == 0) co_return co_await spent;
  try {
    co_return co_await with_deadline(loop, loop.now() + wait, end_of(spent));
  } catch (const DeadlinePassed&) {
    if (spent.settled()) throw;  // its own, and not ours
  }
  co_return std::nullopt;
}

/// Whoever asks again finds the outcome, and the cause is told here.
Task<int> tell_when_done(Exchange exchange, Spent spent) {
  const auto conclusion = co_await spent;
  if (!conclusion) co_return 0;
  exchange.count(counted_as(conclusion->outcome));
  if (!conclusion->cause.empty()) {
    exchange.worker->log.write(Log::Severity::error, exchange.request->id, conclusion->cause);
  }
  co_return 0;
}

/// The state that an answer of the provider carries, with a code or an error.
State state_of(const oidc::AuthorizationResponse& response) {
  const auto* code = std::get_if<oidc::CodeResponse>(&response);
  return State{code != nullptr ? code->state : std::get<oidc::ErrorResponse>(response).state};
}

}  // namespace

// Each way to an answer counts what it ends with; what is thrown has no answer yet.
Task<Reply> callback(const Exchange& exchange, std::string provider) {
  try {
    if (provider != exchange.site->provider) {
      co_return refused_unread(exchange, metrics::Callback::bad_request, ErrorKind::not_found,
                               "no such provider here");
    }
    auto response = exchange.worker->providers.at(provider)->read_callback(exchange.request->query);
    if (const auto* malformed = std::get_if<oidc::MalformedResponse>(&response)) {
      co_return refused_unread(exchange, metrics::Callback::bad_request, ErrorKind::bad_request,
                               "callback: " + malformed->cause);
    }
    Spending spending;
    spending.state = state_of(response);
    spending.browser = BrowserId{browser_of(exchange.request->cookie)};
    if (!spending.browser) {
      co_return refused_unread(
          exchange, metrics::Callback::expired, ErrorKind::expired,
          "callback without a flow cookie: another browser, or cookies are off");
    }
    auto spent = exchange.worker->scope.start(spend(exchange, spending, std::move(response)));
    auto conclusion = co_await end_in_time(exchange, spent);
    if (!conclusion) {
      exchange.worker->scope.start(tell_when_done(exchange, spent));
      co_return waiting_page(exchange, AwaitedServer::provider);
    }
    if (!*conclusion) co_return co_await repeated(exchange, spending.state, spending.browser);
    co_return co_await show_conclusion(exchange, **std::move(conclusion));
  } catch (...) {
    exchange.count(callback_of(error_kind_of(std::current_exception())));
    throw;
  }
}

}  // namespace vneid::flows
