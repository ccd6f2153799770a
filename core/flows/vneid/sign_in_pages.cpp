// VNeID first (R25): the sign-in that begins at VNeID, and the page where a person with several
// accounts, or with accounts that are not linked yet, says which.

#include <utility>
#include <variant>

#include "certain.hpp"
#include "flows/base/base.hpp"
#include "flows/reply/reply.hpp"
#include "flows/vneid/adopt_accounts.hpp"
#include "flows/vneid/callback_page.hpp"
#include "flows/vneid/enter_portal.hpp"
#include "flows/vneid/pending_choice.hpp"
#include "flows/vneid/start.hpp"
#include "flows/vneid/vneid.hpp"
#include "session/cookie.hpp"
#include "text/local_path.hpp"

namespace vneid::flows {

namespace {

using pages::ErrorKind;

constexpr const char* form = "login";

/// What Redis keeps of an authorization that was begun, in bytes: its two keys and values.
constexpr std::size_t kept_authorization = 2500;

std::string asked_return(std::string_view parameters) {
  return text::LocalPath::parse_or_front(form_field(parameters, "return")).text();
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
    co_return redirect(asked_return(exchange.request->body));
  }
  co_return no_choice(exchange);
}

/// Which accounts were ticked or pressed: positions in the kept list, never ids of the browser's.
std::vector<std::size_t> chosen_of(const Exchange& exchange, const PendingChoice& choice) {
  std::vector<std::size_t> chosen;
  const std::string pressed = form_field(exchange.request->body, "account");
  for (std::size_t i = 0; i < choice.candidates.size(); ++i) {
    const std::string index = std::to_string(i);
    const bool ticked = !form_field(exchange.request->body, "account" + index).empty();
    if (pressed == index || ticked) chosen.push_back(i);
  }
  return chosen;
}

/// Runs in the worker's scope: what was begun is finished whether or not the client stays (D2). No
/// account chosen: a new one is made.
Task<Conclusion> adopt_once(Exchange exchange, PendingChoice choice,
                            std::vector<std::size_t> chosen) {
  if (chosen.empty()) co_return co_await make_account(exchange, std::move(choice));
  co_return co_await adopt_accounts(exchange, std::move(choice), std::move(chosen));
}

Task<Reply> adopt(const Exchange& exchange, PendingChoice choice, std::vector<std::size_t> chosen) {
  auto joined =
      exchange.worker->scope.start(adopt_once(exchange, std::move(choice), std::move(chosen)));
  Conclusion conclusion = co_await joined;
  if (const auto* failure = std::get_if<Failed>(&conclusion.outcome.result)) {
    co_return co_await failure_page(exchange, conclusion.outcome.purpose, *failure,
                                    conclusion.cause);
  }
  PendingChoice entered = certain(std::move(conclusion.choice));
  if (entered.candidates.size() == 1) {
    co_return co_await enter_portal(exchange, std::move(entered), 0);
  }
  co_await keep_choice_of(*exchange.worker, BrowserId{browser_of(exchange.request->cookie)},
                          std::move(entered), choice_time);
  co_return redirect(exchange.site->path + "login/choose");
}

}  // namespace

Task<Reply> begin_sign_in(const Exchange& exchange) {
  std::string return_to = asked_return(exchange.request->query);
  const bool may_be_kept = co_await exchange.worker->quota.admit(
      exchange.request->peer_address, kept_authorization + return_to.size());
  if (!may_be_kept) {
    exchange.count(metrics::Quota::sign_in);
    co_return error_reply(exchange, ErrorKind::overloaded,
                          "more sign-ins were begun than \"vneid_anonymous_limit\" allows");
  }
  co_return co_await start_authorization(exchange, SignIn{std::move(return_to)});
}

Task<Reply> show_choice(const Exchange& exchange) {
  auto choice = co_await find_choice(exchange);
  if (!choice) co_return no_choice(exchange);
  pages::ChoicePage page;
  page.adopts = choice->kind == PendingChoice::Kind::adopt;
  page.can_make_new = page.adopts && exchange.site->new_accounts;
  page.return_to = choice->return_to;
  page.csrf = csrf_token(*exchange.worker, form, choice->id);
  for (const auto& each : choice->candidates) {
    page.accounts.push_back({each.masked, each.name_masked});
  }
  co_return page_reply(exchange, 200,
                       exchange.worker->settings->renderer->render(page, page_context(exchange)));
}

Task<Reply> choose_account(const Exchange& exchange) {
  auto seen = co_await find_choice(exchange);
  if (!seen) {
    co_return co_await chosen_before(exchange);
  }
  if (!csrf_holds(exchange, form, seen->id)) {
    co_return error_reply(exchange, ErrorKind::csrf, "the form did not carry this login's token");
  }
  auto chosen = chosen_of(exchange, *seen);
  const bool adopts = seen->kind == PendingChoice::Kind::adopt;
  const bool anew = adopts && exchange.site->new_accounts &&
                    form_field(exchange.request->body, "action") == "new";
  if (anew) chosen.clear();
  if (chosen.empty() && !anew) co_return redirect(exchange.site->path + "login/choose");
  auto choice = co_await take_choice(exchange);
  // Two presses at once: the other one is at work.
  if (!choice || choice->id != seen->id) {
    co_return co_await chosen_before(exchange);
  }
  auto way = adopts ? adopt(exchange, std::move(*choice), std::move(chosen))
                    : enter_portal(exchange, std::move(*choice), chosen.front());
  co_return co_await std::move(way);
}

}  // namespace vneid::flows
