#include <algorithm>
#include <fstream>
#include <vector>

#include <gtest/gtest.h>

#include "admin/database/migrator.hpp"
#include "async/scope.hpp"
#include "drivers/support/database.hpp"

namespace vneid {
namespace {

using admin::Migrator;
using Migrated = std::expected<std::vector<std::string>, std::string>;

Task<Migrated> result_of(Joined<Migrated> joined) {
  Migrated migrated = co_await joined;
  co_return migrated;
}

struct SchemaMigrate : testing::Test {
  void write(const std::string& name, const std::string& text) {
    std::ofstream(folder.file(name)) << text;
  }
  std::vector<admin::SchemaFile> files() {
    return admin::read_schema_files(std::filesystem::path(folder.file("x")).parent_path()).value();
  }
  Migrated migrate() {
    Migrator migrator{pool, files()};
    return loop.run(migrator.migrate());
  }

  test::TemporaryFolder folder;
  test::Database database{test::Database::Content::empty};
  EpollLoop loop;
  postgres::Pool pool{loop, database.settings()};
};

TEST_F(SchemaMigrate, AppliesInOrderAndOnce) {
  write("0001_one.sql", "create table one (id int);");
  write("0002_two.sql", "insert into one values (1)");  // no semicolon at the end
  EXPECT_EQ(migrate().value(), (std::vector<std::string>{"0001_one.sql", "0002_two.sql"}));
  EXPECT_TRUE(migrate().value().empty());
  write("0003_three.sql", "insert into one values (3); -- and a remark");
  EXPECT_EQ(migrate().value(), std::vector<std::string>{"0003_three.sql"});
  EXPECT_EQ(database.sql("select sum(id) from one"), "4");
  EXPECT_EQ(database.sql("select version, name from schema_version order by 1"),
            "1|0001_one.sql\n2|0002_two.sql\n3|0003_three.sql");
}

TEST_F(SchemaMigrate, ManyAtOnceTakeTurns) {
  write("0001_one.sql", "create table one (id int); select pg_sleep(0.05)");
  write("0002_two.sql", "insert into one values (1)");
  constexpr std::size_t migrators = 8;
  postgres::Pool wide{loop, database.settings(migrators)};
  std::vector<std::unique_ptr<Migrator>> all;
  std::vector<Joined<Migrated>> running;
  Scope scope{loop};
  for (std::size_t i = 0; i < migrators; ++i) {
    all.push_back(std::make_unique<Migrator>(wide, files()));
    running.push_back(scope.start(all.back()->migrate()));
  }
  loop.run_until(
      [&running] { return std::ranges::all_of(running, [](auto& one) { return one.settled(); }); });
  std::size_t applied = 0;
  for (auto& one : running) {
    const Migrated done = loop.run(result_of(one));
    ASSERT_TRUE(done) << done.error();
    applied += done->size();
  }
  EXPECT_EQ(applied, 2U);
  EXPECT_EQ(database.sql("select count(*) from one"), "1");
  EXPECT_EQ(database.sql("select count(*) from schema_version"), "2");
}

TEST_F(SchemaMigrate, RefusesAFileThatWasChangedAfterwards) {
  write("0001_one.sql", "create table one (id int);");
  ASSERT_TRUE(migrate());
  write("0001_one.sql", "create table one (id bigint);");
  write("0002_two.sql", "create table two (id int);");
  const auto refused = migrate();
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().find("0001_one.sql was changed"), std::string::npos);
  EXPECT_EQ(database.sql("select to_regclass('two') is null"), "t");
}

TEST_F(SchemaMigrate, AFileThatFailsLeavesNothing) {
  write("0001_one.sql", "create table one (id int);");
  write("0002_two.sql", "create table two (id int); select 1/0;");
  const auto failed = migrate();
  ASSERT_FALSE(failed);
  EXPECT_NE(failed.error().find("0002_two.sql"), std::string::npos);
  EXPECT_EQ(database.sql("select to_regclass('one') is null, to_regclass('two') is null"), "f|t");
  write("0002_two.sql", "create table two (id int);");
  EXPECT_EQ(migrate().value(), std::vector<std::string>{"0002_two.sql"});
}

TEST_F(SchemaMigrate, RefusesADatabaseOfANewerRelease) {
  write("0001_one.sql", "create table one (id int);");
  write("0002_two.sql", "create table two (id int);");
  ASSERT_TRUE(migrate());
  std::filesystem::remove(folder.file("0002_two.sql"));
  const auto refused = migrate();
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().find("newer release"), std::string::npos);
}

TEST_F(SchemaMigrate, FileNamesAreChecked) {
  const auto folder_path = std::filesystem::path(folder.file("x")).parent_path();
  EXPECT_FALSE(admin::read_schema_files(folder_path));  // none at all
  EXPECT_FALSE(admin::read_schema_files(folder.file("nowhere")));
  write("0002_two.sql", "select 1");
  EXPECT_FALSE(admin::read_schema_files(folder_path));  // 1 is missing
  write("0001_one.sql", "select 1");
  write("readme.txt", "not read");
  EXPECT_EQ(admin::read_schema_files(folder_path)->size(), 2U);
  write("0002_other.sql", "select 1");
  EXPECT_FALSE(admin::read_schema_files(folder_path));  // 2 twice
  std::filesystem::remove(folder.file("0002_other.sql"));
  write("0003_it's.sql", "select 1");
  EXPECT_FALSE(admin::read_schema_files(folder_path));
}

TEST(SchemaMigrateEncoding, MustBeUtf8) {
  const test::PostgresServer& server = test::PostgresServer::shared();
  server.sql("create database latin encoding 'LATIN1' locale 'C' template template0");
  EpollLoop loop;
  std::string conninfo = server.by_socket();
  conninfo.replace(conninfo.find("dbname=postgres"), std::string::npos, "dbname=latin");
  postgres::Pool pool{loop, {.conninfo = conninfo}};
  Migrator migrator{pool, admin::read_schema_files(VNEID_CONFIG "/schema").value()};
  const auto refused = loop.run(migrator.migrate());
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().find("UTF8"), std::string::npos);
}

}  // namespace
}  // namespace vneid
