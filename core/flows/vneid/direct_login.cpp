// VNeID first (R25): the login that begins at VNeID, and the page where a person with several
// accounts, or with accounts that are not linked yet, says which.

#include <expected>
#include <utility>

#include "crypto/random.hpp"
#include "flows/base/live_session.hpp"
#include "flows/front/flows.hpp"
#include "flows/reply/page_reply.hpp"
#include "flows/vneid/direct_callback.hpp"
#include "flows/vneid/enter_portal.hpp"
#include "flows/vneid/find_accounts.hpp"
#include "flows/vneid/link_account.hpp"
#include "oidc/token/assertion.hpp"
#include "session/cookie.hpp"
#include "text/form.hpp"
#include "text/local_path.hpp"

namespace vneid::flows {

namespace {

using pages::ErrorKind;

constexpr const char* form = "login";

std::string asked_return(const Request& request) {
  return text::safe_return(form_field(request.query, "return"));
}

Reply no_choice(const Exchange& exchange) {
  pages::ErrorPage page;
  page.kind = ErrorKind::expired;
  page.retry_href = exchange.site->path + "login";
  return error_reply(exchange, page, "there is no login of this browser to choose an account for");
}

/// The second press of a button finds its login taken: whoever is in goes on.
Task<Reply> chosen_before(const Exchange& exchange) {
  auto live = co_await live_session(exchange);
  if (live && live->session.proof == Session::Proof::vneid) {
    co_return redirect(text::safe_return(form_field(exchange.request->body, "return")));
  }
  co_return no_choice(exchange);
}

/// Which accounts were ticked or pressed: positions in the kept list, never ids of the browser's.
std::vector<std::size_t> chosen_of(const Exchange& exchange, const KeptLogin& login) {
  std::vector<std::size_t> chosen;
  const std::string pressed = form_field(exchange.request->body, "account");
  for (std::size_t i = 0; i < login.candidates.size(); ++i) {
    const std::string index = std::to_string(i);
    const bool ticked = !form_field(exchange.request->body, "account" + index).empty();
    if (pressed == index || ticked) chosen.push_back(i);
  }
  return chosen;
}

Task<Reply> adopt(const Exchange& exchange, KeptLogin login, std::vector<std::size_t> chosen) {
  // What was begun is finished whether or not the client stays (D2).
  const bool fresh = chosen.empty();
  auto work =
      fresh ? make_account(exchange, login) : adopt_accounts(exchange, login, std::move(chosen));
  auto joined = exchange.worker->scope.start(std::move(work));
  PersonLogin result = co_await joined;
  if (!result.login) co_return login_failed(exchange, result.outcome, result.cause);
  if (!result.outcome.asks) {
    co_return co_await enter_portal(exchange, std::move(*result.login), 0);
  }
  constexpr std::chrono::minutes choice_time{5};
  co_await keep_login(exchange, browser_of(exchange.request->cookie), std::move(*result.login),
                      choice_time);
  co_return redirect(exchange.site->path + "login/choose");
}

}  // namespace

Task<Reply> begin_login(const Exchange& exchange) {
  Worker& worker = *exchange.worker;
  oidc::LoginProvider& provider = *worker.providers.at(exchange.site->provider);
  FlowRecord record;
  record.purpose = FlowPurpose::login;
  record.return_to = asked_return(*exchange.request);
  record.provider = exchange.site->provider;
  record.redirect_uri = exchange.site->origin + exchange.site->path + "callback/" + record.provider;
  oidc::AuthorizationOptions options;
  if (exchange.site->kiosk) ask_for_fresh_login(exchange, options, record);
  auto authorization =
      co_await provider.authorization_request(record.redirect_uri, std::move(options));
  record.nonce = authorization.nonce;
  record.code_verifier = authorization.code_verifier;
  std::string browser = browser_of(exchange.request->cookie);
  if (browser.empty()) browser = crypto::random_token();
  co_await worker.flows.begin(authorization.state, browser, std::move(record));
  Reply reply = redirect(std::move(authorization.url));
  reply.headers.emplace_back("Set-Cookie", set_cookie(cookie_name::flow, browser));
  co_return reply;
}

Task<Reply> show_choice(const Exchange& exchange) {
  auto login = co_await kept_login(exchange);
  if (!login) co_return no_choice(exchange);
  pages::ChoicePage page;
  page.adopts = login->kind == KeptLogin::Kind::adopt;
  page.can_make_new = page.adopts && exchange.site->new_accounts;
  page.return_to = login->return_to;
  page.csrf = csrf_token(*exchange.worker, form, login->id);
  for (const auto& each : login->candidates) {
    page.accounts.push_back({each.masked, each.name_masked});
  }
  co_return page_reply(exchange, 200,
                       exchange.worker->settings->renderer->render(page, page_context(exchange)));
}

Task<Reply> choose_account(const Exchange& exchange) {
  auto seen = co_await kept_login(exchange);
  if (!seen) {
    co_return co_await chosen_before(exchange);
  }
  if (!csrf_holds(exchange, form, seen->id)) {
    co_return error_reply(exchange, ErrorKind::csrf, "the form did not carry this login's token");
  }
  auto chosen = chosen_of(exchange, *seen);
  const bool adopts = seen->kind == KeptLogin::Kind::adopt;
  const bool anew = adopts && exchange.site->new_accounts &&
                    form_field(exchange.request->body, "action") == "new";
  if (anew) chosen.clear();
  if (chosen.empty() && !anew) co_return redirect(exchange.site->path + "login/choose");
  auto login = co_await take_login(exchange);
  // Two presses at once: the other one is at work.
  if (!login || login->id != seen->id) {
    co_return co_await chosen_before(exchange);
  }
  auto way = adopts ? adopt(exchange, std::move(*login), std::move(chosen))
                    : enter_portal(exchange, std::move(*login), chosen.front());
  co_return co_await std::move(way);
}

Task<Reply> show_jwks(const Exchange& exchange) {
  const auto& keys = exchange.worker->settings->assertion_keys;
  if (!keys) co_return error_reply(exchange, ErrorKind::not_found, "no assertion key here");
  Reply reply;
  reply.headers = {{"Content-Type", "application/jwk-set+json"},
                   {"Cache-Control", "public, max-age=300"},
                   {"X-Content-Type-Options", "nosniff"}};
  reply.body = keys->jwks();
  co_return reply;
}

}  // namespace vneid::flows
