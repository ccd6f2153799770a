#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "async/event_loop.hpp"
#include "async/scope.hpp"
#include "flows/base/health.hpp"
#include "flows/base/log.hpp"
#include "flows/base/message.hpp"
#include "flows/base/settings.hpp"
#include "link/accounts.hpp"
#include "link/identity_fields.hpp"
#include "link/links.hpp"
#include "net/http/client.hpp"
#include "net/postgres/client.hpp"
#include "net/redis/client.hpp"
#include "oidc/login_provider.hpp"
#include "population/source.hpp"
#include "session/flow.hpp"
#include "session/kept_posts.hpp"
#include "session/logout_tokens.hpp"
#include "session/session.hpp"
#include "session/ticket.hpp"
#include "vault/vault.hpp"

namespace vneid {

/// What the flows of one worker share. Members stand in the order of their dependencies, so that
/// destruction runs backwards through them.
struct Worker {
  Worker(EventLoop& event_loop, std::shared_ptr<const Settings> configuration, Log& sink);

  EventLoop& loop;
  std::shared_ptr<const Settings> settings;
  Log& log;
  Health health;
  redis::Client redis;
  postgres::Pool postgres;
  http::Client http;
  Scope scope;  ///< what must go on when its request has gone
  Tickets tickets;
  Flows flows;
  Sessions sessions;
  LogoutTokens logout_tokens;
  KeptPosts posts;
  link::Accounts accounts;
  link::Links links;
  link::Identities identities;
  vault::Vault vault;
  std::map<std::string, std::unique_ptr<oidc::LoginProvider>> providers;
  std::map<std::string, std::unique_ptr<population::Source>> populations;

  /// The sessions under a site's limits.
  Sessions& sessions_of(const Site& site);

 private:
  /// Of sites whose limits are not the default ones; their addresses stay.
  std::map<std::pair<Milliseconds, Milliseconds>, Sessions> limited_sessions_;
};

/// One request on its way through a flow. Coroutines take it by value.
struct Exchange {
  Worker* worker;
  std::shared_ptr<const Site> site;
  Request request;

  /// Counts, for `vneid_metrics`.
  template <metrics::Counted Label>
  void count(Label label, std::uint64_t times = 1) const noexcept {
    worker->settings->metrics.add(label, times);
  }

  /// By the clock that policy goes by: in a rehearsal another than the machine's.
  [[nodiscard]] Wall now() const {
    const Wall machine = worker->loop.wall_now();
    const auto& clock = worker->settings->clock;
    return clock ? policy::rehearsed(*clock, machine) : machine;
  }
  [[nodiscard]] policy::Mode mode(policy::Kind kind) const {
    return policy::mode_at(site->policy.of(kind), now());
  }
  /// Every session is begun and read under the limits of the site it is used on.
  [[nodiscard]] Sessions& sessions() const { return worker->sessions_of(*site); }
};

}  // namespace vneid
