#include "doctor/doctor.hpp"

#include <algorithm>
#include <chrono>
#include <grp.h>
#include <optional>
#include <pwd.h>
#include <unistd.h>
#include <utility>

#include "doctor/check.hpp"
#include "doctor/checks.hpp"
#include "doctor/deployment/nginx_binary.hpp"
#include "doctor/deployment/nginx_conf.hpp"
#include "doctor/deployment/program.hpp"
#include "doctor/report/report.hpp"

namespace vneid::doctor {

namespace {

constexpr std::chrono::seconds test_deadline{30};
constexpr std::chrono::seconds peer_deadline{20};
constexpr std::chrono::seconds store_deadline{10};

/// The main file that nginx names when it refuses it, which is then not in any dump.
std::string refused_file(const std::string& text, const NginxBinary& nginx) {
  constexpr std::string_view before = "nginx: configuration file ";
  constexpr std::string_view behind = " test failed";
  const auto end = text.rfind(behind);
  const auto begin = end == std::string::npos ? end : text.rfind(before, end);
  if (begin == std::string::npos) return nginx.conf.string();
  return text.substr(begin + before.size(), end - begin - before.size());
}

/// The configuration, and what nginx itself says of it.
NginxConf read_configuration(const std::optional<NginxBinary>& nginx, const Request& request,
                             Findings& findings) {
  if (!nginx) {
    About{findings, "nginx"}.warning("nginx.test",
                                     "no nginx is to be found, so nothing says whether it would "
                                     "take this configuration",
                                     "Name the binary with --nginx");
    return read_conf(request.conf.empty() ? NginxBinary{}.conf.string() : request.conf);
  }
  std::vector<std::string> command{nginx->path, "-T"};
  if (!request.conf.empty()) command.insert(command.end(), {"-c", request.conf});
  const ProgramOutput told = run_program(command, test_deadline);
  check_verdict(*nginx, told.status, told.err, findings);
  if (!request.conf.empty()) return read_conf(request.conf);
  return told.status == 0 ? read_dump(told.out) : read_conf(refused_file(told.err, *nginx));
}

void tell_problems(const NginxConf& conf, Findings& findings) {
  for (const ConfProblem& problem : conf.problems) {
    About{findings, "nginx", problem.at}.wrong("nginx.syntax", problem.text,
                                               "Correct it, then run nginx -t");
  }
}

std::optional<WorkerIdentity> identity_of(const Deployment& deployment) {
  const passwd* user = ::getpwnam(deployment.user.c_str());
  if (user == nullptr) return {};
  WorkerIdentity worker{user->pw_name, user->pw_uid, user->pw_gid};
  if (deployment.group.empty()) return worker;
  if (const group* found = ::getgrnam(deployment.group.c_str())) worker.gid = found->gr_gid;
  return worker;
}

/// Whom the stores are asked as. Empty: as we are, and a finding says why that may not do.
std::optional<WorkerIdentity> choose_identity(const Deployment& deployment, Findings& findings) {
  const About about{findings, "user"};
  auto worker = identity_of(deployment);
  if (!worker) {
    about.wrong("system.user", "there is no user " + deployment.user + " for nginx's workers",
                "Correct \"user\" in nginx.conf");
    return {};
  }
  if (::geteuid() == 0) {
    about.ok("system.user",
             "the workers run as " + worker->user + ": stores are asked as " + worker->user);
    return worker;
  }
  if (::geteuid() == worker->uid) {
    about.ok("system.user", "the workers run as " + worker->user);
  } else {
    about.warning("system.user",
                  "not root: what " + worker->user + ", nginx's user, may reach is not known",
                  "Run vneidctl doctor as root");
  }
  return {};
}

std::string redirect_uri_for(const Deployment& deployment, const std::string& provider) {
  for (const Server& server : deployment.servers) {
    const auto origins = server.origins();
    if (server.provider != provider || origins.empty()) continue;
    return origins.front() + server.path + "callback/" + provider;
  }
  return "https://localhost/";
}

std::shared_ptr<const crypto::KeyRing> ring_of(const Deployment& deployment) {
  if (!deployment.keys) return nullptr;
  auto ring = crypto::KeyRing::load(deployment.keys->path);
  if (!ring) return nullptr;
  return std::make_shared<const crypto::KeyRing>(*std::move(ring));
}

PostgresNeeds needs_of(const PostgresPlace& postgres, const Deployment& deployment,
                       const Request& request) {
  PostgresNeeds needs{.place = postgres, .workers = deployment.workers};
  if (auto files = admin::read_schema_files(request.schema)) needs.schema = *std::move(files);
  needs.keys = ring_of(deployment);
  return needs;
}

/// Workers may not know of the trail; whoever runs this may, at --postgres.
PostgresPlace asked_as_ourselves(PostgresPlace postgres, const Request& request) {
  if (!request.postgres.empty()) postgres.settings.conninfo = request.postgres;
  return postgres;
}

void need(bool there, const char* directive, Findings& findings) {
  if (there) return;
  About{findings, directive}.wrong("nginx.directive", "is missing in http{}: nothing works without",
                                   std::string{"Add "} + directive);
}

std::vector<Check> checks_of(const Deployment& deployment, const Request& request) {
  std::vector<Check> checks;
  if (const auto& redis = deployment.redis) {
    checks.push_back(
        {.subject = "redis",
         .at = redis->at,
         .deadline = store_deadline,
         .as_worker = true,
         .run = [place = *redis](Findings& findings) { check_redis(place, findings); }});
  }
  if (const auto& postgres = deployment.postgres) {
    checks.push_back({.subject = "postgres",
                      .at = postgres->at,
                      .deadline = store_deadline,
                      .as_worker = true,
                      .run = [needs = needs_of(*postgres, deployment, request)](
                                 Findings& findings) { check_postgres(needs, findings); }});
    checks.push_back({.subject = "audit",
                      .at = postgres->at,
                      .deadline = store_deadline,
                      .run = [place = asked_as_ourselves(*postgres, request)](Findings& findings) {
                        check_audit(place, findings);
                      }});
  }
  for (const auto& [name, provider] : deployment.providers) {
    checks.push_back({.subject = "provider " + name,
                      .at = provider.at,
                      .deadline = peer_deadline,
                      .run = [provider, uri = redirect_uri_for(deployment, name)](
                                 Findings& findings) { check_provider(provider, uri, findings); }});
  }
  for (const auto& [name, source] : deployment.populations) {
    checks.push_back({.subject = "population " + name,
                      .at = source.at,
                      .deadline = peer_deadline,
                      .run = [source](Findings& findings) { check_population(source, findings); }});
  }
  return checks;
}

/// A peer whose clock agrees with ours, if one does.
std::string agreeing_peer(const std::vector<Finding>& findings) {
  const auto found = std::ranges::find_if(findings, [](const Finding& finding) {
    return finding.check == "peer.clock" && finding.state == State::ok;
  });
  return found == findings.end() ? std::string{} : found->subject;
}

void check_servers(const Deployment& deployment, Findings& findings) {
  const Wall now = std::chrono::time_point_cast<Milliseconds>(std::chrono::system_clock::now());
  for (const Server& server : deployment.servers) {
    check_addresses(server, findings);
    check_policy(deployment, server, now, findings);
    check_logins(server, findings);
    check_doors(server, findings);
    check_gates(server, findings);
  }
}

}  // namespace

std::vector<Finding> examine(const Request& request) {
  FindingList findings;
  const auto nginx = find_nginx(request.nginx);
  const NginxConf conf = read_configuration(nginx, request, findings);
  tell_problems(conf, findings);
  const NginxBinary binary = nginx.value_or(NginxBinary{});
  Deployment deployment = read_deployment(conf, binary.prefix);
  if (deployment.user.empty()) deployment.user = binary.default_user;
  check_module(deployment, nginx, findings);
  if (!deployment.used) {
    About{findings, "nginx"}.warning("nginx.directive", "no server has \"vneid PROVIDER;\"",
                                     "Turn it on where the portal is served");
  }
  check_files(deployment, findings);
  check_keys(deployment, findings);
  if (deployment.used) {
    need(deployment.redis.has_value(), "vneid_redis", findings);
    need(deployment.postgres.has_value(), "vneid_postgres", findings);
  }
  const auto worker = choose_identity(deployment, findings);
  run_checks(checks_of(deployment, request), worker, findings);
  check_servers(deployment, findings);
  check_rehearsal(deployment, findings);
  check_clock(agreeing_peer(findings.all()), findings);
  return findings.all();
}

}  // namespace vneid::doctor
