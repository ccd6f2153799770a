#include "flows/service.hpp"

#include <exception>
#include <string>
#include <string_view>
#include <utility>

#include "flows/answer.hpp"
#include "flows/flows.hpp"
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
      vault(postgres, settings->keys) {
  for (const auto& [name, provider] : settings->providers) {
    providers.emplace(name, std::make_unique<oidc::Provider>(loop, http, provider));
  }
}

namespace {

using Method = Request::Method;

pages::ErrorKind kind_of(const Unavailable& failure) {
  return failure.dependency() == Unavailable::Dependency::provider ? pages::ErrorKind::provider_away
                                                                   : pages::ErrorKind::stores_away;
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

Reply asset(const Exchange& exchange, std::string_view name) {
  const auto* found = exchange.worker->settings->renderer->asset(name);
  if (found == nullptr) {
    return error_reply(exchange, pages::ErrorKind::not_found, "no such asset");
  }
  Reply reply;
  reply.headers = {{"Content-Type", found->content_type},
                   {"Cache-Control", "public, max-age=31536000, immutable"},
                   {"X-Content-Type-Options", "nosniff"}};
  reply.body = found->body;
  return reply;
}

bool reads(const Request& request) {
  return request.method == Method::get || request.method == Method::head;
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

Task<Reply> wrong_method(Exchange exchange) {
  Reply reply =
      error_reply(exchange, pages::ErrorKind::method_not_allowed, "method not allowed here");
  reply.headers.emplace_back("Allow", "GET, POST");
  co_return reply;
}

Task<Reply> not_found(Exchange exchange) {
  co_return error_reply(exchange, pages::ErrorKind::not_found, "no such page");
}

Task<Reply> give(Reply reply) { co_return reply; }

/// The paths under `vneid_path` (design §4.3).
Task<Reply> route(Exchange exchange) {
  const Request& request = exchange.request;
  const std::string_view path = request.path;
  const bool get = reads(request);
  const bool post = request.method == Method::post;
  constexpr std::string_view assets = "assets/";
  constexpr std::string_view callback = "callback/";
  constexpr std::string_view vault = "vault/";

  if (path.starts_with(assets) && get) {
    return give(asset(exchange, path.substr(assets.size())));
  }
  if (path == "notice") {
    if (get) return flows::show_notice(std::move(exchange));
    if (post) return flows::choose(std::move(exchange));
  } else if (path == "linked") {
    if (get) return flows::show_linked(std::move(exchange));
    if (post) return flows::continue_to_portal(std::move(exchange));
  } else if (path.starts_with(callback)) {
    // HEAD must not spend a code: only a navigation does.
    if (request.method == Method::get) {
      std::string provider{path.substr(callback.size())};
      return flows::callback(std::move(exchange), std::move(provider));
    }
  } else if (path == "links") {
    if (get) return flows::show_links(std::move(exchange));
  } else if (path == "vault") {
    if (get) return flows::show_vault(std::move(exchange));
  } else if (path.starts_with(vault) && get) {
    std::string record{path.substr(vault.size())};
    const auto slash = record.find('/');
    if (slash == std::string::npos) return not_found(std::move(exchange));
    std::string file = record.substr(slash + 1);
    record.resize(slash);
    return flows::open_file(std::move(exchange), std::move(record), std::move(file));
  } else {
    return not_found(std::move(exchange));
  }
  return wrong_method(std::move(exchange));
}

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
