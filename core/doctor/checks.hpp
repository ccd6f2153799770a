#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "admin/database/migrator.hpp"
#include "async/event_loop.hpp"
#include "crypto/key_ring.hpp"
#include "doctor/check.hpp"
#include "doctor/deployment/deployment.hpp"
#include "doctor/deployment/nginx_binary.hpp"
#include "doctor/report/finding.hpp"

/// The checks, one subject a file. Those that wait for somebody are to be run by run_checks.
namespace vneid::doctor {

/// `nginx -t`: its verdict, told in its own words.
void check_verdict(const NginxBinary& nginx, int status, const std::string& text,
                   Findings& findings);
/// The module's file, whether this nginx loads it, and the order of `load_module` (M7).
void check_module(const Deployment& deployment, const std::optional<NginxBinary>& nginx,
                  Findings& findings);
/// Modules loaded behind ours, which would filter the released answer twice.
std::vector<std::string> modules_behind(const std::vector<LoadedModule>& modules);

/// Owner and mode of secret files and of the folders they are in; CAs; templates.
void check_files(const Deployment& deployment, Findings& findings);
/// What is wrong with a secret's mode bits (07777), if anything.
std::optional<std::string> mode_problem(unsigned mode);
/// The key ring itself.
void check_keys(const Deployment& deployment, Findings& findings);

void check_redis(const RedisPlace& place, Findings& findings);

struct PostgresNeeds {
  PostgresPlace place;
  unsigned workers = 1;
  std::vector<admin::SchemaFile> schema;        ///< of this release; empty: not known
  std::shared_ptr<const crypto::KeyRing> keys;  ///< to try on a sealed value; null: not to be had
};
void check_postgres(const PostgresNeeds& needs, Findings& findings);

/// Whether the audit trail is sealed; asked as whoever runs this, because workers may not know.
void check_audit(const PostgresPlace& place, Findings& findings);

/// `redirect_uri`: one that the provider should know.
void check_provider(const Provider& provider, const std::string& redirect_uri, Findings& findings);
void check_population(const PopulationSource& source, Findings& findings);

/// What is to be registered with the providers, and what each server does with whom. `now`: of
/// this machine.
void check_addresses(const Server& server, Findings& findings);
void check_policy(const Deployment& deployment, const Server& server, Wall now, Findings& findings);
void check_logins(const Server& server, Findings& findings);
/// Ways into the portal that nobody has named.
void check_doors(const Server& server, Findings& findings);
void check_gates(const Server& server, Findings& findings);
void check_rehearsal(const Deployment& deployment, Findings& findings);

/// The machine's clock. `peer`: what a provider's clock said, empty if none did.
void check_clock(const std::string& peer, Findings& findings);

/// How far a peer's clock is from ours, judged by an ID token's leeway of 30 s. Positive: ours is
/// ahead.
void judge_clock(const About& about, std::chrono::seconds ahead);

}  // namespace vneid::doctor
