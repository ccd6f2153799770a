#include "flows/front/service.hpp"

#include <algorithm>
#include <exception>
#include <string>
#include <string_view>
#include <utility>

#include "async/deadline.hpp"
#include "flows/base/portal_assertion.hpp"
#include "flows/base/worker.hpp"
#include "flows/front/flows.hpp"
#include "flows/front/identify.hpp"
#include "flows/front/routes.hpp"
#include "flows/gate/gate.hpp"
#include "flows/reply/error_labels.hpp"
#include "flows/reply/failure.hpp"
#include "flows/reply/page_reply.hpp"
#include "flows/sign_out/end_sessions.hpp"
#include "link/schema_requirement.hpp"
#include "net/unavailable.hpp"
#include "session/cookie.hpp"
#include "session/portal_binding.hpp"

namespace vneid {

namespace {

template <class ClientSettings>
ClientSettings watched(ClientSettings settings, Health& health, metrics::Dependency dependency) {
  settings.observer = health.observer(dependency);
  return settings;
}

/// Each new connection is asked whether the schema is the one that the statements are for.
postgres::Settings with_schema(postgres::Settings settings) {
  settings.requirement = &link::schema_requirement;
  return settings;
}

}  // namespace

Worker::Worker(EventLoop& event_loop, std::shared_ptr<const Settings> configuration, Log& sink)
    : loop(event_loop),
      settings(std::move(configuration)),
      log(sink),
      health(loop, settings->metrics, log),
      redis(loop, watched(settings->redis, health, metrics::Dependency::redis)),
      postgres(loop,
               with_schema(watched(settings->postgres, health, metrics::Dependency::postgres))),
      http(loop),
      scope(loop),
      tickets(redis, settings->keys),
      flows(redis, settings->keys),
      sessions(redis, settings->keys),
      logout_tokens(redis, settings->keys),
      posts(redis, settings->keys),
      accounts(postgres, settings->keys),
      links(postgres, settings->keys),
      identities(postgres, settings->keys),
      vault(postgres, settings->keys) {
  for (const auto& [name, provider] : settings->providers) {
    providers.emplace(
        name,
        oidc::make_provider(loop, http, watched(provider, health, metrics::Dependency::provider)));
  }
  for (const auto& [name, source] : settings->populations) {
    populations.emplace(name, std::make_unique<population::Source>(
                                  loop, http, redis, settings->keys,
                                  watched(source, health, metrics::Dependency::population)));
  }
}

Sessions& Worker::sessions_of(const Site& site) {
  const SessionLimits& limits = site.session_limits;
  if (limits.idle == sessions.limits().idle && limits.absolute == sessions.limits().absolute) {
    return sessions;
  }
  const std::pair key{limits.idle, limits.absolute};
  return limited_sessions_.try_emplace(key, redis, settings->keys, limits).first->second;
}

namespace {

/// What went wrong, as a page. Called from a catch block's outside: `failure` is never null.
Reply failed(const Exchange& exchange, const std::exception_ptr& failure) {
  const auto kind = error_kind_of(failure);
  if (kind == pages::ErrorKind::stores_away && !is_misconfiguration(failure)) {
    exchange.count(metrics::Outage::fail_closed);
  }
  return error_reply(exchange, kind, cause_of(failure));
}

/// In the order of their gravity, as describe() compares them.
metrics::Circuit circuit_of(population::Circuit circuit) noexcept {
  switch (circuit) {
    case population::Circuit::closed:
      return metrics::Circuit::closed;
    case population::Circuit::probing:
      return metrics::Circuit::half_open;
    case population::Circuit::open:
      break;
  }
  return metrics::Circuit::open;
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
    exchange.worker->log.write(Log::Severity::error, exchange.request.id,
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

/// `kind`: by the portal's word alone, for when nothing else can be known.
Task<LoginVerdict> guarded_login(Exchange exchange, LegacyLogin login, policy::Kind kind) {
  std::exception_ptr failure;
  try {
    EventLoop& loop = exchange.worker->loop;
    LoginVerdict verdict = co_await with_deadline(loop, loop.now() + login_deadline,
                                                  flows::legacy_login(exchange, std::move(login)));
    co_return verdict;
  } catch (const DeadlinePassed&) {
    failure = std::make_exception_ptr(Unavailable(Unavailable::Dependency::postgres,
                                                  "Redis or PostgreSQL took too long",
                                                  FailureKind::timeout));
  } catch (...) {
    failure = std::current_exception();
  }
  co_return unjudged(exchange, kind, Unjudged{failure});
}

/// The portal has signed its citizen out already: that must reach the browser whatever happens
/// here, and our cookie must not stay behind on a shared PC.
Task<LoginVerdict> guarded_sign_out(Exchange exchange, PortalSignOut answer) {
  try {
    LoginVerdict verdict = co_await flows::portal_sign_out(exchange, std::move(answer));
    co_return verdict;
  } catch (const std::exception& failure) {
    exchange.worker->log.write(
        Log::Severity::error, exchange.request.id,
        std::string("signed out of the portal, but a session of ours lives on until its time is "
                    "up: ") +
            failure.what());
  }
  LoginVerdict verdict;
  verdict.added_headers = flows::expired_cookies();
  co_return verdict;
}

/// Who cannot be judged is not let in.
Task<GateVerdict> guarded_gate(Exchange exchange, policy::Requirement requirement,
                               std::optional<SessionFacts> known) {
  std::exception_ptr failure;
  try {
    GateVerdict verdict = co_await flows::gate(exchange, requirement, std::move(known));
    co_return verdict;
  } catch (...) {
    failure = std::current_exception();
  }
  GateVerdict verdict;
  verdict.next = GateVerdict::Next::answer;
  verdict.reply = failed(exchange, failure);
  co_return verdict;
}

Task<Reply> guarded_keep(Exchange exchange) {
  std::exception_ptr failure;
  try {
    Reply reply = co_await flows::keep_post(exchange);
    co_return reply;
  } catch (...) {
    failure = std::current_exception();
  }
  co_return failed(exchange, failure);
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
  const policy::Kind kind = flows::policy_kind(login.kind);
  return guarded_login(Exchange{&impl_->worker_, std::move(site), std::move(request)},
                       std::move(login), kind);
}

void Service::describe(metrics::WorkerStatus& status) const noexcept {
  const Worker& worker = impl_->worker_;
  status.dependencies = worker.health.statuses();
  auto& population = status.dependencies[static_cast<std::size_t>(metrics::Dependency::population)];
  for (const auto& [name, source] : worker.populations) {
    population.circuit = std::max(population.circuit, circuit_of(source->circuit()));
  }
  std::size_t index = 0;
  for (const auto& [name, provider] : worker.providers) {
    if (index == status.providers.size()) break;
    const auto documents = provider->documents();
    status.providers[index++] = {.name = metrics::ShortText<48>{name},
                                 .metadata_at = documents.metadata_at,
                                 .keys_at = documents.keys_at};
  }
}

void Service::on_news(std::function<void()> news) {
  impl_->worker_.health.on_news(std::move(news));
}

Task<SessionFacts> Service::identify(Request request, std::shared_ptr<const Site> site, bool full) {
  return vneid::identify(Exchange{&impl_->worker_, std::move(site), std::move(request)}, full);
}

std::string Service::assertion(const SessionFacts& facts, const Site& site) const {
  const Worker& worker = impl_->worker_;
  if (!facts.by_vneid() || facts.account.empty() || !worker.settings->assertion_keys) return {};
  AssertedPerson person;
  person.account = facts.account;
  person.person_id = facts.live.session.person_id;
  person.name = facts.name;
  person.citizen_id = facts.citizen_id;
  return make_assertion(*worker.settings, site, person, worker.loop.wall_now());
}

Task<LoginVerdict> Service::portal_sign_out(Request request, PortalSignOut answer,
                                            std::shared_ptr<const Site> site) {
  return guarded_sign_out(Exchange{&impl_->worker_, std::move(site), std::move(request)},
                          std::move(answer));
}

Task<GateVerdict> Service::gate(Request request, std::shared_ptr<const Site> site,
                                policy::Requirement requirement,
                                std::optional<SessionFacts> known) {
  return guarded_gate(Exchange{&impl_->worker_, std::move(site), std::move(request)}, requirement,
                      std::move(known));
}

Task<Reply> Service::keep_post(Request request, std::shared_ptr<const Site> site) {
  return guarded_keep(Exchange{&impl_->worker_, std::move(site), std::move(request)});
}

std::optional<std::string> Service::follow_portal_cookie(std::string_view cookie_header,
                                                         const HeaderList& answer,
                                                         const Site& site) const {
  const PortalCookie cookie{site.portal, site.portal_cookie};
  return vneid::follow_portal_cookie(*impl_->worker_.settings->keys, cookie, cookie_header, answer);
}

void Service::close() noexcept {
  impl_->worker_.scope.cancel_all();
  impl_->worker_.redis.close();
  impl_->worker_.postgres.close();
  impl_->worker_.http.close();
}

}  // namespace vneid
