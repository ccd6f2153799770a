#pragma once

#include <chrono>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <vector>

#include "audit/audit.hpp"
#include "audit/seal/head_file.hpp"
#include "audit/seal/sealer.hpp"
#include "audit/seal/verifier.hpp"
#include "drivers/support/database.hpp"

namespace vneid::test {

/// A trail with its writers, its sealer and somebody who owns the tables.
struct AuditWorld {
  AuditWorld() {
    database.sql(
        "do $$ begin if not exists (select from pg_roles where rolname = 'sealer') then"
        " create role sealer login in role vneid_auditor; end if; end $$");
    keys.add(key);
  }

  void write(
      const std::string& name, std::chrono::seconds ago = {},
      const std::function<void(audit::Event&)>& change = [](audit::Event&) {}) {
    audit::Event event;
    event.at = loop.wall_now() - ago;
    event.name = name;
    event.origin.request_id = "r-" + name;
    event.account_id = AccountId{7};
    change(event);
    loop.run(audit::record(writer, event));
  }
  void write(int count) {
    for (int i = 0; i < count; ++i) write("start");
  }
  /// Rows of the same second, past the client.
  void write_many(int count) const {
    database.sql(
        "insert into audit_event (at, event, result, account_id) select now(), 'start', 'ok', n"
        " from generate_series(1, " +
        std::to_string(count) + ") n");
  }

  audit::SealRun seal(audit::SealOptions options = {}) {
    audit::Sealer sealer{auditor, key, keys, options};
    return loop.run(sealer.run([this](const audit::Head& head) { file.append(head); }));
  }

  audit::Verdict verify(const audit::VerifyOptions& options = {}) {
    audit::Verifier verifier{auditor, keys, options};
    return loop.run(verifier.run());
  }
  /// With the heads that left the database.
  audit::Verdict verify_with_heads() { return verify({.exported = heads_path()}); }

  /// Whatever the database would refuse: as a superuser with all triggers off.
  void tamper(const std::string& sql) const {
    database.sql("set session_replication_role = replica; " + sql);
  }
  std::string count(const std::string& from) const {
    return database.sql("select count(*) from " + from);
  }
  [[nodiscard]] std::string heads_path() const { return folder.file("heads"); }
  [[nodiscard]] std::string read(const std::string& name) const {
    std::ifstream stream(folder.file(name));
    return {std::istreambuf_iterator<char>{stream}, {}};
  }

  TemporaryFolder folder;
  Database database;
  EpollLoop loop;
  postgres::Pool writer{loop, database.settings_as("worker", 1)};
  postgres::Pool auditor{loop, database.settings_as("sealer", 1)};
  postgres::Pool owner{loop, database.settings_as("operator", 1)};
  crypto::SigningKey key = crypto::SigningKey::generate();
  crypto::VerifyingKeys keys;
  audit::HeadFile file{folder.file("heads")};
};

inline std::string joined(const std::vector<std::string>& findings) {
  std::string text;
  for (const std::string& finding : findings) text += finding + "\n";
  return text;
}

}  // namespace vneid::test
