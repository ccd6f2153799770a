// VNeID first (R25): the sign-in that begins at VNeID, and the page where a person with several
// accounts, or with accounts that are not linked yet, says which.

#include <algorithm>
#include <utility>
#include <variant>
#include <vector>

#include "certain.hpp"
#include "flows/base/base.hpp"
#include "flows/reply/reply.hpp"
#include "flows/vneid/adopt_accounts.hpp"
#include "flows/vneid/callback_page.hpp"
#include "flows/vneid/enter_portal.hpp"
#include "flows/vneid/link_session.hpp"
#include "flows/vneid/pending_choice.hpp"
#include "flows/vneid/sign_in.hpp"
#include "flows/vneid/start.hpp"
#include "flows/vneid/vneid.hpp"
#include "session/cookie.hpp"
#include "text/date.hpp"

namespace vneid::flows {

namespace {

using pages::ErrorKind;

constexpr const char* form = "login";

/// What Redis keeps of an authorization that was begun, in bytes: its two keys and values.
constexpr std::size_t kept_authorization = 2500;

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
    co_return redirect(return_or_front(exchange.request->body));
  }
  co_return no_choice(exchange);
}

/// Never beside an account that is linked: whoever has one needs no other.
bool may_make_new(const Exchange& exchange, const PendingChoice& choice) {
  return choice.kind == PendingChoice::Kind::adopt && !choice.another.value_or(false) &&
         exchange.site->new_accounts;
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

/// One account: it is entered. Several: the browser is asked which.
Task<Reply> enter_or_ask(const Exchange& exchange, PendingChoice choice) {
  if (choice.candidates.size() == 1)
    co_return co_await enter_portal(exchange, std::move(choice), 0);
  co_await keep_choice_of(*exchange.worker, BrowserId{browser_of(exchange.request->cookie)},
                          std::move(choice), choice_time(*exchange.site));
  co_return redirect(exchange.site->path + "login/choose");
}

/// [Không liên kết thêm]: on with what is linked.
Task<Reply> keep_links(const Exchange& exchange, PendingChoice choice) {
  choice.candidates = co_await linked_accounts(exchange, choice.person_id);
  // The link was undone meanwhile.
  if (choice.candidates.empty()) co_return no_choice(exchange);
  choice.kind = PendingChoice::Kind::linked;
  choice.another.reset();
  co_return co_await enter_or_ask(exchange, std::move(choice));
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
  // What was linked and carried is told first; its [Tiếp tục] goes on.
  entered.return_to = page_url(exchange.site->path, "linked", entered.return_to);
  co_return co_await enter_or_ask(exchange, std::move(entered));
}

pages::ChoicePage::Account account_of(const PendingChoice::Candidate& candidate,
                                      const std::vector<link::AccountGlance>& glances) {
  pages::ChoicePage::Account account{.masked = candidate.masked,
                                     .name_masked = candidate.name_masked};
  const auto glance =
      std::ranges::find(glances, candidate.account_id, &link::AccountGlance::account_id);
  if (glance == glances.end()) return account;
  account.foreign = glance->kind == link::AccountKind::foreign;
  account.papers = glance->papers;
  if (const auto& at = glance->last_login) account.last_login = text::date_for_people(*at);
  return account;
}

Task<std::vector<pages::ChoicePage::Account>> told_apart(
    const Exchange& exchange, const std::vector<PendingChoice::Candidate>& candidates) {
  std::vector<pages::ChoicePage::Account> accounts;
  if (candidates.empty()) co_return accounts;
  std::vector<AccountId> ids;
  ids.reserve(candidates.size());
  for (const auto& each : candidates) ids.push_back(each.account_id);
  const auto glances = co_await exchange.worker->accounts.glances(std::move(ids));
  accounts.reserve(candidates.size());
  for (const auto& each : candidates) accounts.push_back(account_of(each, glances));
  co_return accounts;
}

}  // namespace

Task<Reply> begin_sign_in(const Exchange& exchange) {
  std::string return_to = return_or_front(exchange.request->query);
  // Whoever is logged in at the portal links that account, and gets no other one.
  const auto live = co_await live_session(exchange);
  if (co_await linkable_account(exchange, live)) {
    co_return redirect(page_url(exchange.site->path, "link", return_to));
  }
  const bool may_be_kept = co_await exchange.worker->quota.admit(
      exchange.request->peer_address, kept_authorization + return_to.size());
  if (!may_be_kept) {
    exchange.count(metrics::Quota::sign_in);
    co_return error_reply(exchange, ErrorKind::overloaded,
                          "more sign-ins were begun than \"vneid_anonymous_limit\" allows");
  }
  SignIn purpose;
  purpose.return_to = std::move(return_to);
  if (form_field(exchange.request->query, "another") == "1") purpose.another = true;
  co_return co_await start_authorization(exchange, std::move(purpose));
}

Task<Reply> show_choice(const Exchange& exchange) {
  auto choice = co_await find_choice(exchange);
  if (!choice) co_return no_choice(exchange);
  pages::ChoicePage page;
  page.adopts = choice->kind == PendingChoice::Kind::adopt;
  page.can_keep = page.adopts && choice->another.value_or(false);
  page.can_make_new = may_make_new(exchange, *choice);
  page.login_page = exchange.site->login_page;
  page.return_to = choice->return_to;
  page.csrf = csrf_token(*exchange.worker, form, choice->id);
  page.accounts = co_await told_apart(exchange, choice->candidates);
  co_return page_reply(exchange, 200, page);
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
  const std::string action = form_field(exchange.request->body, "action");
  const bool keeps = adopts && seen->another.value_or(false) && action == "keep";
  const bool anew = may_make_new(exchange, *seen) && action == "new";
  if (anew) chosen.clear();
  if (chosen.empty() && !anew && !keeps) co_return redirect(exchange.site->path + "login/choose");
  auto choice = co_await take_choice(exchange);
  // Two presses at once: the other one is at work.
  if (!choice || choice->id != seen->id) {
    co_return co_await chosen_before(exchange);
  }
  if (keeps) co_return co_await keep_links(exchange, *std::move(choice));
  auto way = adopts ? adopt(exchange, std::move(*choice), std::move(chosen))
                    : enter_portal(exchange, std::move(*choice), chosen.front());
  co_return co_await std::move(way);
}

}  // namespace vneid::flows
