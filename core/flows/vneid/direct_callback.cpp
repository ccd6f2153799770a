#include "flows/vneid/direct_callback.hpp"

#include <utility>
#include <variant>

#include "flows/base/live_session.hpp"
#include "flows/reply/page_reply.hpp"
#include "flows/vneid/enter_portal.hpp"
#include "flows/vneid/find_accounts.hpp"
#include "text/form.hpp"

namespace vneid::flows {

namespace {

using pages::ErrorKind;

FlowOutcome failure(ErrorKind kind, std::string return_to) {
  FlowOutcome outcome;
  outcome.state = FlowOutcome::State::failed;
  outcome.error = static_cast<int>(kind);
  outcome.purpose = FlowPurpose::login;
  outcome.return_to = std::move(return_to);
  return outcome;
}

/// Ends a flow before its code was spent, so that a reload shows the same page.
Task<Reply> refused(const Exchange& exchange, std::string state, std::string browser,
                    FlowOutcome outcome, std::string cause) {
  outcome.finished_at = exchange.now();
  co_await exchange.worker->flows.finish(std::move(state), std::move(browser), outcome);
  co_return login_failed(exchange, outcome, cause);
}

}  // namespace

Reply login_failed(const Exchange& exchange, const FlowOutcome& outcome, std::string_view cause) {
  pages::ErrorPage page;
  page.kind = static_cast<ErrorKind>(outcome.error);
  page.review_code = outcome.detail;
  page.review_state = static_cast<pages::ReviewState>(outcome.review_state);
  const std::string again =
      exchange.site->path + "login?return=" + text::percent_encode(outcome.return_to);
  const bool may_work = page.kind != ErrorKind::level_too_low && page.kind != ErrorKind::review &&
                        page.kind != ErrorKind::no_account;
  if (may_work) page.retry_href = again;
  page.login_href = "/";
  return error_reply(exchange, page, cause);
}

Task<Reply> finish_login(const Exchange& exchange, oidc::AuthorizationResponse response,
                         std::string state, std::string browser, FlowRecord record) {
  if (record.provider != exchange.site->provider) {
    co_return co_await refused(exchange, state, browser,
                               failure(ErrorKind::expired, record.return_to),
                               "this login began at another provider");
  }
  if (const auto* error = std::get_if<oidc::ErrorResponse>(&response)) {
    co_return co_await refused(exchange, state, browser,
                               failure(error_of(error->error), record.return_to),
                               "the provider answered error=" + error->name);
  }
  auto& code = std::get<oidc::CodeResponse>(response);
  Linking linking;
  linking.code = std::move(code.code);
  linking.response_issuer = std::move(code.iss);
  linking.encrypt_key = std::move(code.encrypt_key);
  linking.state = std::move(state);
  linking.browser = std::move(browser);
  linking.record = std::move(record);
  // From here on the code is spent: the rest must not depend on the client staying (D2).
  auto joined = exchange.worker->scope.start(log_person_in(exchange, std::move(linking)));
  PersonLogin result = co_await joined;
  if (!result.login) co_return login_failed(exchange, result.outcome, result.cause);
  if (result.outcome.asks) co_return redirect(exchange.site->path + "login/choose");
  co_return co_await enter_portal(exchange, std::move(*result.login), 0);
}

Task<Reply> finish_login_again(const Exchange& exchange, FlowOutcome outcome) {
  if (outcome.state == FlowOutcome::State::failed) {
    co_return login_failed(exchange, outcome, "the same callback has failed before");
  }
  auto login = co_await kept_login(exchange);
  const bool same = login && login->person_id == outcome.person_id;
  if (same && outcome.asks) co_return redirect(exchange.site->path + "login/choose");
  if (same && login->kind == KeptLogin::Kind::linked && login->candidates.size() == 1) {
    co_return co_await enter_portal(exchange, std::move(*login), 0);
  }
  auto live = co_await live_session(exchange);
  if (live && live->session.proof == Session::Proof::vneid &&
      live->session.person_id == outcome.person_id) {
    co_return redirect(outcome.return_to);
  }
  co_return login_failed(exchange, failure(ErrorKind::expired, outcome.return_to),
                         "this callback has done its work before");
}

}  // namespace vneid::flows
