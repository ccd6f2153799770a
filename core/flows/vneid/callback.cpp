#include <algorithm>
#include <utility>
#include <variant>

#include "async/wait.hpp"
#include "flows/reply/reply.hpp"
#include "flows/vneid/callback_page.hpp"
#include "flows/vneid/finish.hpp"
#include "flows/vneid/vneid.hpp"
#include "session/cookie.hpp"

namespace vneid::flows {

namespace {

using pages::ErrorKind;

/// How long a repeated callback waits for the one that came first.
constexpr std::chrono::seconds patience{20};
constexpr Milliseconds first_pause{250};
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
  const Monotonic deadline = loop.now() + patience;
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
  exchange.count(metrics::Callback::stores_away);
  co_return co_await failure_page(exchange, purpose, Failed{.kind = ErrorKind::stores_away},
                                  "the first of these callbacks has not finished in time");
}

/// Why the code is not to be spent; nothing when it is. Finds the account of a LinkHeld.
std::optional<Conclusion> refusal(const Exchange& exchange, Spending& spending,
                                  const oidc::AuthorizationResponse& response) {
  const Authorization& authorization = spending.authorization;
  const Purpose& purpose = authorization.purpose;
  if (authorization.provider != exchange.site->provider) {
    return failed(purpose, ErrorKind::expired, "this login began at another provider");
  }
  if (const auto* held = std::get_if<LinkHeld>(&purpose)) {
    const auto ticket = shown_ticket(exchange);
    if (!ticket || ticket->id != held->ticket_id) {
      return failed(purpose, ErrorKind::expired,
                    "the legacy login that began this flow is no longer this browser's");
    }
    spending.account_id = ticket->account_id;
    spending.login_proven = is_proven(*ticket);
  }
  if (const auto* error = std::get_if<oidc::ErrorResponse>(&response)) {
    return failed(purpose, error_of(error->error), "the provider answered error=" + error->name);
  }
  if (std::holds_alternative<LinkHeld>(purpose) && !spending.account_id) {
    return failed(purpose, ErrorKind::unverified_number,
                  "the account was only claimed, and is not on file");
  }
  return std::nullopt;
}

/// Takes the authorization and spends its code, or keeps why not. Nothing: another callback has
/// taken it. Runs in the worker's scope: once it is taken, neither a leaving client nor a slow
/// store may leave it without an outcome (D2).
Task<std::optional<Conclusion>> spend(Exchange exchange, Spending spending,
                                      oidc::AuthorizationResponse response) {
  auto taken = co_await Authorizations{*exchange.worker}.take(spending.state, spending.browser);
  if (!taken) co_return std::nullopt;
  spending.authorization = *std::move(taken);
  auto refused = refusal(exchange, spending, response);
  if (refused) {
    co_await finish_early(exchange, spending.state, spending.browser, refused->outcome);
    co_return refused;
  }
  spending.code = std::get<oidc::CodeResponse>(std::move(response));
  co_return co_await finish_once(std::move(exchange), std::move(spending));
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
    auto conclusion = co_await spent;
    if (!conclusion) co_return co_await repeated(exchange, spending.state, spending.browser);
    co_return co_await show_conclusion(exchange, *std::move(conclusion));
  } catch (...) {
    exchange.count(callback_of(error_kind_of(std::current_exception())));
    throw;
  }
}

}  // namespace vneid::flows
