#pragma once

#include <atomic>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <libpq-fe.h>

#include "admin/database/grants.hpp"
#include "admin/database/migrator.hpp"
#include "admin/database/roles_sql.hpp"
#include "admin/import/account_import.hpp"
#include "admin/import/importer.hpp"
#include "admin/import/vault_import.hpp"
#include "async/epoll_loop.hpp"
#include "drivers/support/postgres_server.hpp"

namespace vneid::test {

/// A blocking connection past the client under test.
class PlainConnection {
 public:
  explicit PlainConnection(const std::string& conninfo)
      : connection_(PQconnectdb(conninfo.c_str()), &PQfinish) {}

  /// The rows as text, columns separated by '|' and rows by line ends.
  std::string sql(const std::string& text) {
    const std::unique_ptr<PGresult, decltype(&PQclear)> result(
        PQexec(connection_.get(), text.c_str()), &PQclear);
    const ExecStatusType status = PQresultStatus(result.get());
    if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) {
      const char* state = PQresultErrorField(result.get(), PG_DIAG_SQLSTATE);
      const char* rule = PQresultErrorField(result.get(), PG_DIAG_CONSTRAINT_NAME);
      refused_by_ = rule != nullptr ? rule : state != nullptr ? state : "";
      throw std::runtime_error(PQerrorMessage(connection_.get()));
    }
    std::string rows;
    for (int row = 0; row < PQntuples(result.get()); ++row) {
      if (row > 0) rows += '\n';
      for (int column = 0; column < PQnfields(result.get()); ++column) {
        if (column > 0) rows += '|';
        rows += PQgetvalue(result.get(), row, column);
      }
    }
    return rows;
  }
  /// Of the last statement that threw: the constraint's name, else the SQLSTATE.
  [[nodiscard]] const std::string& refused_by() const noexcept { return refused_by_; }

 private:
  std::unique_ptr<PGconn, decltype(&PQfinish)> connection_;
  std::string refused_by_;
};

/// A database of its own on the shared server, empty or with the schema of config/schema.
class Database {
 public:
  enum class Content { empty, schema };

  explicit Database(Content content = Content::schema)
      : server_(PostgresServer::shared()), name_(fresh_name()) {
    server_.sql("create database " + name_ +
                (content == Content::schema ? " template " + schema_template() : ""));
  }
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  ~Database() {
    try {
      server_.sql("drop database if exists " + name_ + " with (force)");
    } catch (const std::runtime_error&) {
      // The server goes away as a whole, too.
    }
  }

  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  [[nodiscard]] std::string conninfo() const { return conninfo_of(name_); }
  /// As another role: `worker`, `operator` and `officer` have what their duty needs, no more.
  /// Nobody is named "officer": whoever decides something is a role of add_person()'s.
  [[nodiscard]] std::string conninfo_as(const std::string& role) const {
    return conninfo() + " user=" + role;
  }
  [[nodiscard]] postgres::Settings settings(unsigned connections = 4) const {
    return settings_as("tester", connections);
  }
  [[nodiscard]] postgres::Settings settings_as(const std::string& role,
                                               unsigned connections = 4) const {
    return {.conninfo = conninfo_as(role),
            .connections = connections,
            .timeout = std::chrono::milliseconds{20'000}};
  }
  /// Somebody with a duty, who connects under his own name; there may be one already.
  void add_person(const std::string& name, admin::Duty duty) const {
    const std::string role = admin::quoted_name(name);
    server_.sql("set client_min_messages = error; do $$ begin create role " + role +
                " login; exception when duplicate_object then null; end $$; grant " +
                std::string{admin::role_of(duty)} + " to " + role);
  }
  std::string sql(const std::string& text) const { return PlainConnection{conninfo()}.sql(text); }
  /// What is neither unlinked and whole nor linked and whole.
  std::string inconsistencies() const {
    std::ifstream stream(VNEID_TESTS "/chaos/consistency.sql");
    return sql(std::string(std::istreambuf_iterator<char>{stream}, {}));
  }
  [[nodiscard]] PostgresServer& server() const noexcept { return server_; }

 private:
  static std::string fresh_name() {
    static std::atomic<int> count{0};
    return "test_" + std::to_string(++count);
  }
  static std::string conninfo_of(const std::string& name) {
    std::string text = PostgresServer::shared().by_socket();
    return text.replace(text.find("dbname=postgres"), std::string::npos, "dbname=" + name);
  }
  static void make_roles(const admin::DatabasePlan& plan) {
    PostgresServer& server = PostgresServer::shared();
    server.sql(admin::roles_sql(plan));
    if (server.sql("select count(*) from pg_roles where rolname = 'officer'") == "0") {
      server.sql("create role officer login in role vneid_officer");
    }
  }
  static const std::string& schema_template() {
    static const std::string made = [] {
      const std::string name = "schema_template";
      const admin::DatabasePlan plan{
          .database = name, .worker_user = "worker", .operator_user = "operator"};
      make_roles(plan);
      PostgresServer::shared().sql("create database " + name + " owner vneid_owner");
      PlainConnection{conninfo_of(name)}.sql(admin::access_sql(plan));
      EpollLoop loop;
      postgres::Pool pool{
          loop, {.conninfo = conninfo_of(name), .timeout = std::chrono::milliseconds{60'000}}};
      admin::Migrator migrator{pool, admin::read_schema_files(VNEID_CONFIG "/schema").value()};
      const auto done = loop.run(migrator.migrate());
      if (!done) throw std::runtime_error(done.error());
      loop.run(admin::apply_grants(pool));
      return name;
    }();
    return made;
  }

  PostgresServer& server_;
  std::string name_;
};

inline std::shared_ptr<const crypto::KeyRing> test_keys() {
  using namespace std::chrono_literals;
  static const auto keys = std::make_shared<const crypto::KeyRing>(
      crypto::KeyRing::parse(crypto::KeyRing::generate_text(2026y / 11 / 23)).value());
  return keys;
}

/// What an import reported.
struct Imported {
  admin::ImportReport report;
  std::vector<admin::Problem> problems;
};

template <class Rows>
Imported import_text(EpollLoop& loop, postgres::Pool& pool, Rows rows, const std::string& csv,
                     bool dry_run = false) {
  Imported imported;
  std::istringstream stream{csv};
  admin::Import<Rows> import{pool, rows, dry_run, [&imported](const admin::Problem& problem) {
                               imported.problems.push_back(problem);
                             }};
  auto report = loop.run(import.run(stream));
  if (!report) throw std::runtime_error(report.error());
  imported.report = *report;
  return imported;
}

inline admin::AccountRows account_rows(identity::AccountForm form = {}) {
  return {test_keys(), {PortalName{"portal"}, form}, 2026};
}
inline admin::VaultRows vault_rows(std::filesystem::path folder, identity::AccountForm form = {}) {
  return {test_keys(), {PortalName{"portal"}, form}, std::move(folder), 2026};
}

}  // namespace vneid::test
