#include "flows/base/worker.hpp"

namespace vneid::flows {

namespace {

template <class ClientSettings>
ClientSettings watched(ClientSettings settings, CallObserver* observer) {
  settings.observer = observer;
  return settings;
}

/// For a worker alone, a megabyte.
constexpr std::size_t own_entries = 4096;

SessionTable table_of(const std::optional<SessionTable>& shared) {
  return shared ? *shared : SessionTable::own(own_entries);
}

}  // namespace

Worker::Worker(EventLoop& event_loop, const Peers& peers,
               std::shared_ptr<const Settings> configuration, Log& sink)
    : loop(event_loop),
      settings(std::move(configuration)),
      log(sink),
      redis(peers.redis),
      postgres(peers.postgres),
      http(peers.http),
      scope(loop),
      tickets(redis, settings->keys),
      session_table(table_of(settings->session_table)),
      sessions(redis, settings->keys, session_table),
      logout_tokens(redis, settings->keys),
      posts(redis, settings->keys),
      quota(redis, settings->keys, settings->anonymous_limits),
      accounts(postgres, settings->keys),
      links(postgres, settings->keys),
      identities(postgres, settings->keys),
      vault(postgres, settings->keys) {
  for (const auto& [name, provider] : settings->providers) {
    providers.emplace(name,
                      oidc::make_provider(loop, http, watched(provider, peers.provider_observer)));
  }
  for (const auto& [name, source] : settings->populations) {
    populations.emplace(
        name, std::make_unique<population::Source>(loop, http, redis, settings->keys,
                                                   watched(source, peers.population_observer)));
  }
}

Sessions& Worker::sessions_of(const Site& site) {
  const SessionLimits& limits = site.session_limits;
  if (limits.idle == sessions.limits().idle && limits.absolute == sessions.limits().absolute) {
    return sessions;
  }
  const std::pair key{limits.idle, limits.absolute};
  return limited_sessions_.try_emplace(key, sessions, limits).first->second;
}

}  // namespace vneid::flows
