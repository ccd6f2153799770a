#include "flows/front/service.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "flows/base/exchange.hpp"
#include "flows/base/health.hpp"
#include "flows/front/guard.hpp"
#include "flows/front/identify.hpp"
#include "flows/gate/gate.hpp"
#include "flows/legacy/legacy.hpp"
#include "flows/menu/menu.hpp"
#include "flows/reply/reply.hpp"
#include "link/schema_requirement.hpp"
#include "net/http/client.hpp"
#include "net/postgres/client.hpp"
#include "net/redis/client.hpp"
#include "net/redis/invalidations.hpp"

namespace vneid::flows {

namespace {

template <class ClientSettings>
ClientSettings watched(ClientSettings settings, Health& health, metrics::Dependency dependency) {
  settings.observer = health.observer(dependency);
  return settings;
}

/// Each new connection is asked whether the schema is the one that the statements are for. What a
/// worker asks for is named by its key.
postgres::Settings for_worker(postgres::Settings settings) {
  settings.requirement = &link::schema_requirement;
  settings.only_lookups = true;
  return settings;
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

/// A browser that only guesses where the person will go next must not start or spend anything. The
/// portal's menu is part of the page that it guesses at.
bool is_prefetch(const Request& request) {
  return request.purpose.find("prefetch") != std::string::npos && request.path != menu_path;
}

Task<Reply> give(Reply reply) { co_return reply; }

}  // namespace

/// What Redis takes back of sessions is taken out of the table (D16).
class TakenBack final : public redis::Invalidations::Listener {
 public:
  explicit TakenBack(Worker& worker) noexcept : worker_(worker) {}

  void began() noexcept override { worker_.session_table.begin_anew(); }
  void moved() noexcept override { worker_.session_table.begin_anew(); }
  void taken_back(std::string_view key) noexcept override { worker_.session_table.forget(key); }
  void all_taken_back() noexcept override { worker_.session_table.forget_everything(); }
  void proven(Monotonic moment) noexcept override { worker_.session_table.proven(moment); }
  void ended(Monotonic last) noexcept override { worker_.session_table.doubt(last); }
  void failed(const std::string& cause) noexcept override {
    worker_.log.write(
        Log::Severity::warning, {},
        "every gated request asks Redis, since it does not tell what it takes back: " + cause);
  }

 private:
  Worker& worker_;
};

/// The worker and the clients that it asks with.
class Service::Impl {
 public:
  Impl(EventLoop& loop, std::shared_ptr<const Settings> settings, Log& log)
      : health_(loop, settings->metrics, log),
        primary_(loop, watched(settings->redis, health_, metrics::Dependency::redis)),
        redis_(loop, primary_),
        postgres_(loop,
                  for_worker(watched(settings->postgres, health_, metrics::Dependency::postgres))),
        http_(loop),
        worker_(loop,
                Peers{redis_, postgres_, http_, health_.observer(metrics::Dependency::provider),
                      health_.observer(metrics::Dependency::population)},
                std::move(settings), log),
        invalidations_(loop, primary_, redis_, redis_.key("session:"), taken_back_) {}

  Exchange exchange(Request request, std::shared_ptr<const Site> site) {
    return {&worker_, std::move(site), std::make_shared<const Request>(std::move(request))};
  }

  Health health_;
  redis::Primary primary_;
  redis::Client redis_;
  postgres::Pool postgres_;
  http::Client http_;
  Worker worker_;
  TakenBack taken_back_{worker_};
  redis::Invalidations invalidations_;
};

Service::Service(EventLoop& loop, std::shared_ptr<const Settings> settings, Log& log)
    : impl_(std::make_unique<Impl>(loop, std::move(settings), log)) {}

Service::~Service() = default;

Task<Reply> Service::handle(Request request, std::shared_ptr<const Site> site) {
  if (is_prefetch(request)) return give(not_now());
  return guarded_page(impl_->exchange(std::move(request), std::move(site)));
}

Task<LoginVerdict> Service::legacy_login(Request request, LegacyLogin login,
                                         std::shared_ptr<const Site> site) {
  return guarded_login(impl_->exchange(std::move(request), std::move(site)), std::move(login));
}

LoginVerdict Service::unknown_login(Request request, const UnknownLogin& login,
                                    std::shared_ptr<const Site> site) {
  return flows::unknown_login(impl_->exchange(std::move(request), std::move(site)), login);
}

void Service::describe(metrics::WorkerStatus& status) const noexcept {
  const Worker& worker = impl_->worker_;
  status.dependencies = impl_->health_.statuses();
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

void Service::on_news(std::function<void()> news) { impl_->health_.on_news(std::move(news)); }

Task<SharedFacts> Service::identify(Request request, std::shared_ptr<const Site> site, bool full) {
  impl_->invalidations_.keep_running();
  return flows::identify(impl_->exchange(std::move(request), std::move(site)), full);
}

SharedFacts Service::identify_at_once(std::string_view cookies, const Site& site, bool full) {
  impl_->invalidations_.keep_running();
  return flows::identify_at_once({&impl_->worker_, &site, cookies}, full);
}

SharedAssertion Service::assertion(const SharedFacts& facts, const Site& site) {
  return assertion_of(impl_->worker_, facts, site);
}

Task<LoginVerdict> Service::portal_sign_out(Request request, PortalSignOut answer,
                                            std::shared_ptr<const Site> site) {
  return guarded_sign_out(impl_->exchange(std::move(request), std::move(site)), std::move(answer));
}

Task<GateVerdict> Service::gate(Request request, std::shared_ptr<const Site> site,
                                policy::Requirement requirement, SharedFacts known) {
  impl_->invalidations_.keep_running();
  return guarded_gate(impl_->exchange(std::move(request), std::move(site)), requirement,
                      std::move(known));
}

bool Service::passes_at_once(std::string_view cookies, const Site& site,
                             policy::Requirement requirement, const SessionFacts* known) {
  impl_->invalidations_.keep_running();
  return flows::passes_at_once({&impl_->worker_, &site, cookies}, requirement, known);
}

Task<Reply> Service::keep_post(Request request, std::shared_ptr<const Site> site) {
  return guarded_keep_post(impl_->exchange(std::move(request), std::move(site)));
}

Task<Reply> Service::refuse_path(Request request, std::shared_ptr<const Site> site,
                                 std::string fault) {
  return guarded_refuse_path(impl_->exchange(std::move(request), std::move(site)),
                             std::move(fault));
}

std::optional<std::string> Service::follow_portal_cookie(std::string_view cookie_header,
                                                         const PortalAnswer& answer,
                                                         const Site& site) const {
  const PortalCookie cookie{site.portal, site.portal_cookie};
  return vneid::follow_portal_cookie(*impl_->worker_.settings->keys, cookie, cookie_header, answer,
                                     impl_->worker_.loop.wall_now());
}

bool Service::begins_portal_session(std::string_view cookie_header, const PortalAnswer& answer,
                                    const Site& site) const {
  const PortalCookie cookie{site.portal, site.portal_cookie};
  return vneid::begins_portal_session(cookie, cookie_header, answer.headers,
                                      impl_->worker_.loop.wall_now());
}

void Service::close() noexcept {
  if (const auto left = impl_->worker_.unended.size(); left > 0) {
    impl_->worker_.log.write(Log::Severity::error, {},
                             std::to_string(left) +
                                 " sessions that were signed out of while Redis was away have not "
                                 "been ended: this worker leaves");
  }
  impl_->worker_.scope.cancel_all();
  impl_->invalidations_.close();
  impl_->redis_.close();
  impl_->primary_.close();
  impl_->postgres_.close();
  impl_->http_.close();
}

}  // namespace vneid::flows
