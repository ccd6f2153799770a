#include "flows/front/guard.hpp"

#include <exception>
#include <string>
#include <utility>

#include "async/deadline.hpp"
#include "flows/front/routes.hpp"
#include "flows/gate/gate.hpp"
#include "flows/legacy/legacy.hpp"
#include "flows/reply/reply.hpp"
#include "flows/sign_out/sign_out.hpp"
#include "net/unavailable.hpp"
#include "session/cookie.hpp"

namespace vneid::flows {

namespace {

/// What went wrong, as a page. Called from a catch block's outside: `failure` is never null.
Reply failed(const Exchange& exchange, const std::exception_ptr& failure) {
  const auto kind = error_kind_of(failure);
  if (kind == pages::ErrorKind::stores_away && !is_misconfiguration(failure)) {
    exchange.count(metrics::Outage::fail_closed);
  }
  return error_reply(exchange, kind, cause_of(failure));
}

/// What is left of whoever used this browser before must not be this person's.
LoginVerdict let_through_unasked() {
  LoginVerdict verdict;
  verdict.added_headers = {{"Set-Cookie", expire_cookie(cookie_name::session)},
                           {"Set-Cookie", expire_cookie(cookie_name::ticket)}};
  return verdict;
}

/// What nginx's own backstop would cut off without a word about policy.
constexpr Milliseconds login_deadline{8'000};

/// Why a login could not be judged. `failure` is never null.
struct Unjudged {
  explicit Unjudged(const std::exception_ptr& failure)
      : cause(cause_of(failure)), outage(!is_misconfiguration(failure)) {}
  std::string cause;
  bool outage;
};

/// A login that cannot be judged, by the kind that the portal tells: nothing else is known.
LoginVerdict unjudged(const Exchange& exchange, policy::Kind kind, const Unjudged& why) {
  const policy::Mode mode = exchange.mode(kind);
  // `vneid_on_failure` is said of outages: what only an operator can mend opens nothing.
  const bool may_be_open = why.outage || policy::legacy_login_suffices(mode);
  const std::string& cause = why.cause;
  if (may_be_open && policy::goes_on_unjudged(exchange.site->on_failure, mode)) {
    exchange.worker->log.write(Log::Severity::error, exchange.request->id,
                               "legacy login let through without the notice: " + cause);
    exchange.count(metrics::Login::let_through_unasked);
    if (why.outage) exchange.count(metrics::Outage::fail_open);
    return let_through_unasked();
  }
  exchange.count(metrics::Login::refused);
  if (why.outage) exchange.count(metrics::Outage::fail_closed);
  LoginVerdict verdict;
  verdict.reply = error_reply(exchange, pages::ErrorKind::stores_away,
                              "legacy login refused, since it cannot be judged: " + cause);
  return verdict;
}

}  // namespace

Task<Reply> guarded_page(Exchange exchange) {
  std::exception_ptr failure;
  try {
    co_return co_await route(exchange);
  } catch (...) {
    failure = std::current_exception();
  }
  co_return failed(exchange, failure);
}

Task<LoginVerdict> guarded_login(Exchange exchange, LegacyLogin login, policy::Kind kind) {
  std::exception_ptr failure;
  try {
    EventLoop& loop = exchange.worker->loop;
    co_return co_await with_deadline(loop, loop.now() + login_deadline,
                                     intercept_login(exchange, std::move(login)));
  } catch (const DeadlinePassed&) {
    failure = std::make_exception_ptr(Unavailable(Unavailable::Dependency::postgres,
                                                  "Redis or PostgreSQL took too long",
                                                  FailureKind::timeout));
  } catch (...) {
    failure = std::current_exception();
  }
  co_return unjudged(exchange, kind, Unjudged{failure});
}

Task<LoginVerdict> guarded_sign_out(Exchange exchange, PortalSignOut answer) {
  try {
    co_return co_await portal_sign_out(exchange, std::move(answer));
  } catch (const std::exception& failure) {
    exchange.worker->log.write(
        Log::Severity::error, exchange.request->id,
        std::string("signed out of the portal, but a session of ours lives on until its time is "
                    "up: ") +
            failure.what());
  }
  LoginVerdict verdict;
  verdict.added_headers = expired_cookies();
  co_return verdict;
}

Task<GateVerdict> guarded_gate(Exchange exchange, policy::Requirement requirement,
                               std::optional<SessionFacts> known) {
  std::exception_ptr failure;
  try {
    co_return co_await gate(exchange, requirement, std::move(known));
  } catch (...) {
    failure = std::current_exception();
  }
  GateVerdict verdict;
  verdict.next = GateVerdict::Next::answer;
  verdict.reply = failed(exchange, failure);
  co_return verdict;
}

Task<Reply> guarded_refuse_path(Exchange exchange, std::string fault) {
  std::exception_ptr failure;
  try {
    co_return co_await refuse_path(exchange, std::move(fault));
  } catch (...) {
    failure = std::current_exception();
  }
  co_return failed(exchange, failure);
}

Task<Reply> guarded_keep_post(Exchange exchange) {
  std::exception_ptr failure;
  try {
    co_return co_await keep_post(exchange);
  } catch (...) {
    failure = std::current_exception();
  }
  co_return failed(exchange, failure);
}

}  // namespace vneid::flows
