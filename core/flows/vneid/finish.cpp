#include "flows/vneid/finish.hpp"

#include <exception>
#include <utility>
#include <variant>

#include "async/deadline.hpp"
#include "flows/reply/reply.hpp"
#include "flows/vneid/link_account.hpp"
#include "flows/vneid/sign_in.hpp"
#include "text/date.hpp"

namespace vneid::flows {

namespace {

/// From the spent code to the link, whatever the client does meanwhile.
constexpr std::chrono::seconds whole_deadline{20};

/// Certainly under 14, whatever the day of birth: whom a parent or guardian registers.
bool is_child(const Exchange& exchange, const oidc::VerifiedIdentity& person) {
  constexpr int grown_up = 14;
  return person.birth_date &&
         text::year_in_vietnam(exchange.now()) - person.birth_date->year() < grown_up;
}

Task<Conclusion> redeem_and_act(const Exchange& exchange, const Spending& spending) {
  const Purpose& purpose = spending.authorization.purpose;
  const auto person = co_await redeem(*exchange.worker, spending);
  if (!person) {
    co_return failed(purpose, pages::ErrorKind::provider_refused, person.error().text);
  }
  Conclusion conclusion = co_await (std::holds_alternative<SignIn>(purpose)
                                        ? sign_in(exchange, spending, *person)
                                        : link_account(exchange, spending, *person));
  if (auto* failure = std::get_if<Failed>(&conclusion.outcome.result)) {
    failure->child = is_child(exchange, *person);
  }
  co_return conclusion;
}

Task<void> keep_outcome(const Exchange& exchange, const Spending& spending, Outcome outcome) {
  try {
    co_await Authorizations{*exchange.worker}.finish(spending.state, spending.browser,
                                                     std::move(outcome));
  } catch (const std::exception& away) {
    exchange.worker->log.write(
        Log::Severity::error, exchange.request->id,
        std::string("the outcome of a callback was not kept: ") + away.what());
  }
}

}  // namespace

Task<Conclusion> finish_once(Exchange exchange, Spending spending) {
  EventLoop& loop = exchange.worker->loop;
  Conclusion conclusion;
  std::exception_ptr failure;
  try {
    conclusion = co_await with_deadline(loop, loop.now() + whole_deadline,
                                        redeem_and_act(exchange, spending));
  } catch (...) {
    failure = std::current_exception();
  }
  if (failure) {
    conclusion = failed(spending.authorization.purpose, error_kind_of(failure),
                        "callback: " + cause_of(failure));
  }
  conclusion.outcome.finished_at = exchange.now();
  co_await keep_outcome(exchange, spending, conclusion.outcome);
  co_return conclusion;
}

Task<void> finish_early(const Exchange& exchange, const State& state, const BrowserId& browser,
                        Outcome& outcome) {
  outcome.finished_at = exchange.now();
  co_await Authorizations{*exchange.worker}.finish(state, browser, outcome);
}

}  // namespace vneid::flows
