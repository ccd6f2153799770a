// A database that answers, and was not set up for us: no outage (design D21).
#include <fstream>
#include <string>
#include <utility>

#include "drivers/support/postgres_fixture.hpp"
#include "link/schema_requirement.hpp"

namespace vneid::test {
namespace {

using postgres::Pool;
using postgres::Settings;
using postgres::Statement;

constexpr Statement one{"misconfigured_one", "select 1"};

class PostgresMisconfigured : public PostgresTest, public CallObserver {
 protected:
  void SetUp() override {
    PostgresTest::SetUp();
    server_.sql("set client_min_messages = warning; drop table if exists schema_version");
  }
  void answered(std::chrono::microseconds /*duration*/) noexcept override { ++answers_; }
  void failed(std::chrono::microseconds /*duration*/, FailureKind /*kind*/) noexcept override {
    ++failures_;
  }
  void misconfigured(std::string_view cause) noexcept override { told_ = cause; }

  Settings as(const std::string& conninfo) {
    Settings settings = server_.settings(1);
    settings.conninfo = conninfo;
    settings.observer = this;
    return settings;
  }
  /// The refusal of one call, which must be that of a misconfiguration, and told as such.
  std::string refused(Pool& pool) {
    told_.clear();
    try {
      ask(pool, one);
    } catch (const Unavailable& failure) {
      EXPECT_EQ(failure.kind(), FailureKind::misconfigured) << failure.what();
      EXPECT_EQ(told_, failure.what());
      return failure.what();
    }
    ADD_FAILURE() << "nothing was refused";
    return {};
  }
  void make_schema(int version) {
    server_.sql(
        "create table schema_version (version int); insert into schema_version"
        " select generate_series(1, " +
        std::to_string(version) + ")");
  }

  int answers_ = 0;
  int failures_ = 0;
  std::string told_;
};

TEST_F(PostgresMisconfigured, NoSuchRoleNoSuchDatabaseNoWayInWrongPassword) {
  const std::string socket = server_.by_socket();
  const auto with = [&socket](std::string_view was, std::string_view is) {
    std::string text = socket;
    return text.replace(text.find(was), was.size(), is);
  };
  struct Case {
    std::string conninfo;
    const char* state;
    const char* cure;
  };
  const std::vector<Case> cases{
      {with("user=tester", "user=nobody_here"), "28000", "vneidctl database create"},
      {with("dbname=postgres", "dbname=nothing_here"), "3D000", "vneidctl database create"},
      {server_.by_port("user=guarded password=wrong"), "28P01", "pg_hba.conf"},
  };
  for (const Case& wrong : cases) {
    Pool pool(loop_, as(wrong.conninfo));
    const std::string text = refused(pool);
    EXPECT_NE(text.find(wrong.state), std::string::npos) << text;
    EXPECT_NE(text.find(wrong.cure), std::string::npos) << text;
    EXPECT_EQ(text.find('\n'), std::string::npos) << text;
    EXPECT_EQ(text.find("LOCATION"), std::string::npos) << text;
    // While the pool backs off it has not become an outage.
    EXPECT_EQ(refused(pool), text);
  }
  EXPECT_EQ(failures_, 0);
}

TEST_F(PostgresMisconfigured, ACertificateThatNoWaitingMends) {
  const TemporaryFolder folder;
  const std::string other = folder.file("other.pem");
  run_program({"/usr/bin/openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
               "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=127.0.0.1", "-days", "2",
               "-keyout", folder.file("other.key"), "-out", other},
              folder.file("openssl.log"));
  std::ofstream(folder.file("garbage")) << "what is this\n";
  const std::pair<std::string, const char*> cases[] = {
      {"sslmode=verify-full sslrootcert=" + other, "certificate verify failed"},
      {"sslmode=verify-ca sslrootcert=/no/where", "root certificate file"},
      {"sslmode=require sslrootcert=" + folder.file("garbage"), "root certificate file"},
      {"sslmode=require sslkey=/no/where sslcert=" + other, "private key file"}};
  for (const auto& [words, cause] : cases) {
    Pool pool(loop_, as(server_.by_port(words)));
    const std::string text = refused(pool);
    EXPECT_NE(text.find(cause), std::string::npos) << words << ": " << text;
    EXPECT_NE(text.find("; "), std::string::npos) << text;
    EXPECT_EQ(text.find('\n'), std::string::npos) << text;
  }
  EXPECT_EQ(failures_, 0);
}

TEST_F(PostgresMisconfigured, WhatIsNotPermittedOrNotThere) {
  Pool pool(loop_, as(server_.by_port("user=guarded password='mat khau'")));
  const auto denied = refusal(pool, {"misconfigured_denied", "select * from things"});
  EXPECT_TRUE(denied.is_misconfiguration());
  EXPECT_EQ(told_,
            "postgres 42501: permission denied for table things; give the role its rights: "
            "runuser -u postgres -- vneidctl database create");
  const auto missing = refusal(pool, {"misconfigured_missing", "select * from no_such_table"});
  EXPECT_TRUE(missing.is_misconfiguration());
  EXPECT_NE(told_.find("vneidctl schema migrate"), std::string::npos) << told_;
  told_.clear();
  EXPECT_FALSE(refusal(pool, {"misconfigured_zero", "select 1/0"}).is_misconfiguration());
  EXPECT_EQ(told_, "");
  EXPECT_EQ(failures_, 0);
}

TEST_F(PostgresMisconfigured, ASchemaThatIsTooOldIsRefusedUntilItIsMigrated) {
  Settings settings = as(server_.by_socket());
  settings.requirement = &link::schema_requirement;
  const int needed = link::schema_version;
  Pool pool(loop_, settings);
  EXPECT_NE(refused(pool).find("42P01"), std::string::npos);
  make_schema(needed - 1);
  turn_until(
      [&] { return refused(pool).find("run \"vneidctl schema migrate\"") != std::string::npos; });
  EXPECT_EQ(refused(pool), "postgres: the schema has version " + std::to_string(needed - 1) +
                               " and this release needs " + std::to_string(needed) +
                               ": run \"vneidctl schema migrate\"");
  EXPECT_EQ(server_.sessions(), 0);
  server_.sql("insert into schema_version values (" + std::to_string(needed) + ")");
  turn_until([&] {
    try {
      return ask(pool, one).integer(0, 0) == 1;
    } catch (const Unavailable&) {
      return false;
    }
  });
  // At an upgrade the schema goes before the workers.
  server_.sql("insert into schema_version values (" + std::to_string(needed + 1) + ")");
  Pool newer(loop_, settings);
  EXPECT_EQ(ask(newer, one).integer(0, 0), 1);
}

TEST_F(PostgresMisconfigured, AServerThatIsAwayIsAnOutage) {
  Pool pool(loop_, as("host=/nonexistent user=tester dbname=postgres"));
  EXPECT_NE(unavailable(pool, one), "");
  EXPECT_EQ(told_, "");
  EXPECT_EQ(failures_, 1);
}

}  // namespace
}  // namespace vneid::test
