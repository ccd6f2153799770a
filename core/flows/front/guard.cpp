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

/// Why a login could not be judged.
struct Unjudged {
  enum class By : std::uint8_t {
    outage,
    overload,  ///< here: the stores answer
    operators_mistake,
    login,  ///< it does not tell whose it is
  };
  By by;
  std::string cause;
};

Unjudged unjudged_by(const std::exception_ptr& failure) {
  using enum Unjudged::By;
  if (is_misconfiguration(failure)) return {operators_mistake, cause_of(failure)};
  const bool busy = error_kind_of(failure) == pages::ErrorKind::overloaded;
  return {busy ? overload : outage, cause_of(failure)};
}

/// A login that cannot be judged, by the kind that the portal tells: nothing else is known.
LoginVerdict unjudged(const Exchange& exchange, policy::Kind kind, const Unjudged& why) {
  const policy::Mode mode = exchange.mode(kind);
  const bool outage = why.by == Unjudged::By::outage;
  const bool overload = why.by == Unjudged::By::overload;
  const bool suffices = policy::legacy_login_suffices(mode);
  // `vneid_on_failure` is said of outages: from `enforce` on nothing else opens. Who only has to
  // wait his turn comes again.
  const bool may_be_open = outage || (suffices && !overload);
  if (may_be_open && policy::goes_on_unjudged(exchange.site->on_failure, mode)) {
    exchange.worker->log.write(Log::Severity::error, exchange.request->id,
                               "legacy login let through without the notice: " + why.cause);
    exchange.count(metrics::Login::let_through_unasked);
    if (outage) exchange.count(metrics::Outage::fail_open);
    return let_through_unasked();
  }
  exchange.count(metrics::Login::refused);
  if (outage) exchange.count(metrics::Outage::fail_closed);
  pages::ErrorPage page;
  page.kind = overload ? pages::ErrorKind::overloaded : pages::ErrorKind::stores_away;
  // Whoever's login it is: at this instant it lets nobody in.
  if (why.by == Unjudged::By::login && !suffices) page = refused_page(exchange, kind);
  LoginVerdict verdict;
  verdict.reply =
      login_error(exchange, page, "legacy login refused, since it cannot be judged: " + why.cause);
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

Task<LoginVerdict> guarded_login(Exchange exchange, LegacyLogin login) {
  const std::string kind = login.kind;
  auto name = identity::account_name(login.account, login.account_form);
  if (!name) co_return unknown_login(exchange, {kind, name.error()});
  std::exception_ptr failure;
  try {
    EventLoop& loop = exchange.worker->loop;
    co_return co_await with_deadline(loop, loop.now() + login_deadline,
                                     intercept_login(exchange, std::move(login), *std::move(name)));
  } catch (const DeadlinePassed&) {
    failure = std::make_exception_ptr(Unavailable(Unavailable::Dependency::postgres,
                                                  "Redis or PostgreSQL took too long",
                                                  FailureKind::timeout));
  } catch (...) {
    failure = std::current_exception();
  }
  co_return unjudged(exchange, policy_kind(kind), unjudged_by(failure));
}

LoginVerdict unknown_login(const Exchange& exchange, const UnknownLogin& login) {
  return unjudged(exchange, policy_kind(login.kind), {Unjudged::By::login, login.cause});
}

Task<LoginVerdict> guarded_sign_out(Exchange exchange, PortalSignOut answer) {
  try {
    co_return co_await portal_sign_out(exchange, std::move(answer));
  } catch (const std::exception& failure) {
    exchange.worker->log.write(
        Log::Severity::error, exchange.request->id,
        std::string("signed out of the portal, and our session ends when Redis is back: ") +
            failure.what());
  }
  LoginVerdict verdict;
  verdict.added_headers = expired_cookies();
  co_return verdict;
}

Task<GateVerdict> guarded_gate(Exchange exchange, policy::Requirement requirement,
                               SharedFacts known) {
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
