#include <chrono>
#include <cstdio>
#include <iostream>
#include <optional>
#include <syslog.h>

#include "admin/audit/commands.hpp"
#include "admin/commands.hpp"
#include "audit/seal/durable.hpp"
#include "audit/seal/head_file.hpp"
#include "audit/seal/sealer.hpp"
#include "audit/seal/stored_event.hpp"
#include "certain.hpp"

namespace vneid::admin {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::minutes statement_timeout{5};
constexpr mode_t secret = 0600;
constexpr mode_t for_everybody = 0644;

constexpr postgres::Statement count_waiting{"audit_count_waiting",
                                            "select count(*) from audit_pending"};

crypto::SigningKey signing_key_of(const Options& options) {
  if (options.audit.key.empty()) {
    throw CommandFailed(exit_usage, "which key signs? Give --key or set VNEID_AUDIT_KEY");
  }
  auto key = crypto::SigningKey::load(options.audit.key);
  if (!key) throw CommandFailed(exit_failed, key.error());
  return *std::move(key);
}

/// The head as a line for the log of the system; it has no person's data.
void send_to_syslog(const audit::Head& head) {
  ::openlog("vneid-audit", 0, LOG_AUTHPRIV);
  ::syslog(LOG_NOTICE, "%s", text::json_dump(head.to_json().get()).c_str());
  ::closelog();
}

double seconds_of(std::int64_t microseconds) {
  return std::chrono::duration<double>(std::chrono::microseconds{microseconds}).count();
}

std::string gauge(const std::string& name, const char* help, double value) {
  char number[32];
  std::snprintf(number, sizeof number, "%.3f", value);
  std::string text = "# HELP " + name;
  text.append(" ").append(help).append("\n# TYPE ").append(name).append(" gauge\n");
  return text.append(name).append(" ").append(number).append("\n");
}

std::string metrics_text(const audit::SealRun& run, std::chrono::duration<double> took,
                         std::int64_t waiting) {
  const double now =
      std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  std::string text =
      gauge("vneid_audit_seal_run_timestamp_seconds", "When sealing last succeeded.", now) +
      gauge("vneid_audit_seal_duration_seconds", "How long that took.", took.count()) +
      gauge("vneid_audit_waiting_events", "Events that wait to be sealed.",
            static_cast<double>(waiting));
  if (run.newest) {
    text += gauge("vneid_audit_head_timestamp_seconds", "Of the newest signed head.",
                  seconds_of(run.newest->at)) +
            gauge("vneid_audit_sealed_events", "Events that the newest head covers.",
                  static_cast<double>(run.newest->size));
  }
  return text;
}

Exit report(const audit::SealRun& run) {
  if (run.sealed > 0) {
    const audit::Head& newest = certain(run.newest);
    std::cout << "sealed " << run.sealed << " events; head " << newest.number << " covers "
              << newest.size << '\n';
  }
  for (const std::int64_t id : run.vanished) {
    std::cerr << "vneidctl: event " << id << " was removed before it was sealed\n";
  }
  return run.vanished.empty() ? exit_ok : exit_partly;
}

}  // namespace

Exit audit_key(const Options& options) {
  const auto key = crypto::SigningKey::generate();
  audit::write_new(options.operand, key.private_pem(), secret);
  audit::write_new(options.operand + ".pub", key.public_pem(), for_everybody);
  std::cout << "wrote " << options.operand << ", which signs, and " << options.operand
            << ".pub for all who verify; keep a copy of the latter where heads are kept\n";
  return exit_ok;
}

Exit audit_seal(const Options& options) {
  const auto key = signing_key_of(options);
  crypto::VerifyingKeys keys;
  if (!options.audit.public_keys.empty()) keys = public_keys_of(options);
  keys.add(key);
  const auto begun = Clock::now();
  EpollLoop loop;
  postgres::Pool pool = open_pool(loop, options, statement_timeout);
  std::optional<audit::HeadFile> file;
  if (!options.audit.heads.empty()) {
    file.emplace(options.audit.heads);
    loop.run(file->catch_up(pool));
  }
  audit::Sealer sealer{pool, key, keys};
  const auto run = loop.run(sealer.run([&](const audit::Head& head) {
    if (file) file->append(head);
    if (options.audit.syslog) send_to_syslog(head);
  }));
  if (!options.audit.metrics.empty()) {
    const auto waiting = loop.run(pool.query(count_waiting, {})).integer(0, 0);
    audit::write_over(options.audit.metrics, metrics_text(run, Clock::now() - begun, waiting),
                      for_everybody);
  }
  return report(run);
}

}  // namespace vneid::admin
