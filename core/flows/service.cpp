#include "flows/service.hpp"

#include <exception>
#include <string>
#include <string_view>
#include <utility>

#include "flows/answer.hpp"
#include "flows/flows.hpp"
#include "flows/routes.hpp"
#include "flows/worker.hpp"
#include "net/unavailable.hpp"
#include "session/cookie.hpp"

namespace vneid {

Worker::Worker(EventLoop& event_loop, std::shared_ptr<const Settings> configuration, Log& sink)
    : loop(event_loop),
      settings(std::move(configuration)),
      log(sink),
      redis(loop, settings->redis),
      postgres(loop, settings->postgres),
      http(loop),
      scope(loop),
      tickets(redis, settings->keys),
      flows(redis, settings->keys),
      sessions(redis, settings->keys),
      accounts(postgres, settings->keys),
      links(postgres, settings->keys),
      identities(postgres, settings->keys),
      vault(postgres, settings->keys) {
  for (const auto& [name, provider] : settings->providers) {
    providers.emplace(name, oidc::make_provider(loop, http, provider));
  }
  for (const auto& [name, source] : settings->populations) {
    populations.emplace(
        name, std::make_unique<population::Source>(loop, http, redis, settings->keys, source));
  }
}

namespace {

pages::ErrorKind kind_of(const Unavailable& failure) {
  switch (failure.dependency()) {
    case Unavailable::Dependency::provider:
      return pages::ErrorKind::provider_away;
    case Unavailable::Dependency::population:
      return pages::ErrorKind::population_away;
    case Unavailable::Dependency::redis:
    case Unavailable::Dependency::postgres:
      break;
  }
  return pages::ErrorKind::stores_away;
}

/// What went wrong, as a page. Called from a catch block's outside: `failure` is never null.
Reply failed(const Exchange& exchange, const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const Unavailable& away) {
    return error_reply(exchange, kind_of(away), away.what());
  } catch (const LoopExhausted& overload) {
    return error_reply(exchange, pages::ErrorKind::overloaded, overload.what());
  } catch (const std::exception& bug) {
    return error_reply(exchange, pages::ErrorKind::internal, bug.what());
  }
}

/// A browser that only guesses where the person will go next must not start or spend anything.
bool is_prefetch(const Request& request) {
  return request.purpose.find("prefetch") != std::string::npos;
}

Reply not_now() {
  Reply reply;
  reply.status = 503;
  reply.headers = {{"Cache-Control", "no-store"}};
  return reply;
}

Task<Reply> give(Reply reply) { co_return reply; }

Task<Reply> guarded(Exchange exchange) {
  std::exception_ptr failure;
  try {
    Reply reply = co_await route(exchange);
    co_return reply;
  } catch (...) {
    failure = std::current_exception();
  }
  co_return failed(exchange, failure);
}

/// What is left of whoever used this browser before must not be this person's.
LoginVerdict let_through_unasked() {
  LoginVerdict verdict;
  verdict.added_headers = {{"Set-Cookie", expire_cookie(cookie_name::session)},
                           {"Set-Cookie", expire_cookie(cookie_name::ticket)}};
  return verdict;
}

/// Policy `notice` lets the legacy login go on when our stores cannot be asked (R36).
Task<LoginVerdict> guarded_login(Exchange exchange, LegacyLogin login) {
  try {
    LoginVerdict verdict = co_await flows::legacy_login(exchange, std::move(login));
    co_return verdict;
  } catch (const std::exception& failure) {
    exchange.worker->log.write(
        Log::Severity::error, exchange.request.id,
        std::string("legacy login let through without the notice: ") + failure.what());
  }
  co_return let_through_unasked();
}

}  // namespace

class Service::Impl {
 public:
  Impl(EventLoop& loop, std::shared_ptr<const Settings> settings, Log& log)
      : worker_(loop, std::move(settings), log) {}

  Worker worker_;
};

Service::Service(EventLoop& loop, std::shared_ptr<const Settings> settings, Log& log)
    : impl_(std::make_unique<Impl>(loop, std::move(settings), log)) {}

Service::~Service() = default;

Task<Reply> Service::handle(Request request, std::shared_ptr<const Site> site) {
  if (is_prefetch(request)) return give(not_now());
  return guarded(Exchange{&impl_->worker_, std::move(site), std::move(request)});
}

Task<LoginVerdict> Service::legacy_login(Request request, LegacyLogin login,
                                         std::shared_ptr<const Site> site) {
  return guarded_login(Exchange{&impl_->worker_, std::move(site), std::move(request)},
                       std::move(login));
}

void Service::close() noexcept {
  impl_->worker_.scope.cancel_all();
  impl_->worker_.redis.close();
  impl_->worker_.postgres.close();
  impl_->worker_.http.close();
}

}  // namespace vneid
