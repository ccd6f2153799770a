#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>

#include "async/event_loop.hpp"
#include "async/scope.hpp"
#include "flows/base/facts_cache.hpp"
#include "flows/base/log.hpp"
#include "flows/base/settings.hpp"
#include "link/accounts.hpp"
#include "link/identity_fields.hpp"
#include "link/links.hpp"
#include "net/http/sender.hpp"
#include "net/postgres/database.hpp"
#include "net/redis/database.hpp"
#include "oidc/identity_provider.hpp"
#include "population/source.hpp"
#include "session/anonymous_quota.hpp"
#include "session/kept_posts.hpp"
#include "session/logout_tokens.hpp"
#include "session/session.hpp"
#include "session/ticket.hpp"
#include "session/unended.hpp"
#include "vault/vault.hpp"

namespace vneid::flows {

/// Who a worker asks. All of them outlive it.
struct Peers {
  redis::Database& redis;
  postgres::Database& postgres;
  http::Sender& http;
  /// Told of calls to providers and to population databases; null: nobody.
  CallObserver* provider_observer = nullptr;
  CallObserver* population_observer = nullptr;
};

/// What the flows of one worker share. Members stand in the order of their dependencies, so that
/// destruction runs backwards through them. Loop, peers and log outlive it.
struct Worker {
  Worker(EventLoop& event_loop, const Peers& peers, std::shared_ptr<const Settings> configuration,
         Log& sink);

  EventLoop& loop;
  std::shared_ptr<const Settings> settings;
  Log& log;
  redis::Database& redis;
  postgres::Database& postgres;
  http::Sender& http;
  Scope scope;  ///< what must go on when its request has gone
  Tickets tickets;
  SessionTable session_table;
  FactsCache facts{loop};
  Sessions sessions;
  UnendedSessions unended{loop, sessions, scope};
  LogoutTokens logout_tokens;
  KeptPosts posts;
  AnonymousQuota quota;  ///< of what is kept for who has proven nothing
  link::Accounts accounts;
  link::Links links;
  link::Identities identities;
  vault::Vault vault;
  std::map<std::string, std::unique_ptr<oidc::IdentityProvider>> providers;
  std::map<std::string, std::unique_ptr<population::Source>> populations;

  /// The sessions under a site's limits.
  Sessions& sessions_of(const Site& site);

 private:
  /// Of sites whose limits are not the default ones; their addresses stay.
  std::map<std::pair<Milliseconds, Milliseconds>, Sessions> limited_sessions_;
};

}  // namespace vneid::flows
