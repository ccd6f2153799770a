#include "flows/identity/update_page.hpp"

#include <utility>

#include "flows/identity/identity.hpp"
#include "flows/identity/own_profile.hpp"
#include "flows/identity/slow_check.hpp"
#include "flows/identity/view.hpp"
#include "identity/masking.hpp"
#include "net/unavailable.hpp"
#include "text/form.hpp"

namespace vneid::flows {

namespace {

using State = IdentityCheck::State;
using Trouble = pages::UpdatePage::Trouble;

Reply no_source(const Exchange& exchange) {
  return error_reply(exchange, pages::ErrorKind::not_found, "no population database is configured");
}

/// Where an update leads that is on the way to a link; empty: back to the identity page.
std::string link_way(const Session& session, std::string_view parameters) {
  if (session.proof == Session::Proof::vneid) return {};
  return return_of(parameters).value_or("");
}

/// What the form shows beside what was typed.
struct Form {
  std::string account_masked;
  link::FieldValues held;
  std::string return_to;
};

pages::UpdatePage complete(const Exchange& exchange, pages::UpdatePage page,
                           const LiveSession& live, const Form& form) {
  page.account_masked = form.account_masked;
  page.return_to = form.return_to;
  if (!form.return_to.empty()) {
    page.back_href = page_url(exchange.site->path, "link", form.return_to);
  }
  page.csrf = csrf_token(*exchange.worker, identity_form, live.token.value());
  page.sign_out_csrf = sign_out_token(*exchange.worker, live.token.value());
  return page;
}

/// What a check came to, whenever it did.
Reply checked(const Exchange& exchange, const LiveSession& live, const Form& form,
              const CheckResult& result) {
  const State state = result.check.state;
  if (!result.stores_away && state == State::verified) {
    return form.return_to.empty() ? see_identity(exchange, "verified")
                                  : redirect(page_url(exchange.site->path, "link", form.return_to));
  }
  if (!result.stores_away && state == State::in_review) return see_identity(exchange, "review");
  const auto shown = shown_fields(form.held, live.session.proof);
  auto page = complete(exchange, typed_update(shown, result.typed), live, form);
  show_outcome(page, result.check);
  if (result.stores_away) page.trouble = Trouble::stores_away;
  return update_reply(exchange, page, result.check.retry_after);
}

/// The page that waits for the check.
// NOLINTNEXTLINE(bugprone-easily-swappable-parameters): as an address is read
std::string wait_url(const Exchange& exchange, const std::string& id,
                     const std::string& return_to) {
  std::string url = exchange.site->path + "identity/update?check=" + id;
  if (!return_to.empty()) url += "&return=" + text::percent_encode(return_to);
  return url;
}

Task<Reply> show_checked(const Exchange& exchange, LiveSession live, Form form) {
  auto result = co_await await_check(exchange, live.token.value());
  if (result) co_return checked(exchange, live, form, *result);
  if (times_waited(*exchange.request) < longest_wait)
    co_return waiting_page(exchange, AwaitedServer::population);
  // It is lost, or was never begun.
  const auto shown = shown_fields(form.held, live.session.proof);
  auto page = complete(exchange, blank_update(shown), live, form);
  page.trouble = Trouble::away;
  co_return update_reply(exchange, page, {});
}

}  // namespace

Task<Reply> update_fields(const Exchange& exchange, LiveSession live) {
  if (exchange.site->population.empty()) co_return no_source(exchange);
  CheckResult result;
  result.typed = typed_identity(exchange.request->body);
  Form form;
  form.return_to = link_way(live.session, exchange.request->body);
  try {
    auto profile = co_await own_profile(exchange, live.session);
    if (!profile) co_return account_gone(exchange);
    form.account_masked = identity::mask_account(profile->account_name);
    form.held = std::move(profile->fields);
    auto checking = co_await begin_check(exchange, live.session.account_id, form.held, result.typed,
                                         live.token.value());
    if (!checking.done) co_return redirect(wait_url(exchange, checking.id, form.return_to));
    result = *std::move(checking.done);
  } catch (const Unavailable& failure) {
    exchange.worker->log.write(Log::Severity::error, exchange.request->id, failure.what());
    result.stores_away = true;  // what was typed must not be lost with it
  }
  co_return checked(exchange, live, form, result);
}

Task<Reply> show_update(const Exchange& exchange) {
  if (exchange.site->population.empty()) co_return no_source(exchange);
  auto live = co_await require_session(exchange);
  if (!live) co_return std::move(live.error());
  auto profile = co_await own_profile(exchange, live->session);
  if (!profile) co_return account_gone(exchange);
  Form form;
  form.account_masked = identity::mask_account(profile->account_name);
  form.held = std::move(profile->fields);
  form.return_to = link_way(live->session, exchange.request->query);
  if (asks_for_check(*exchange.request)) {
    co_return co_await show_checked(exchange, *std::move(live), std::move(form));
  }
  const auto shown = shown_fields(form.held, live->session.proof);
  co_return page_reply(exchange, 200, complete(exchange, blank_update(shown), *live, form));
}

}  // namespace vneid::flows
