#include <gtest/gtest.h>

#include "async/scope.hpp"
#include "drivers/support/link_world.hpp"
#include "net/unavailable.hpp"

namespace vneid {
namespace {

using test::LinkWorld;
using test::mau;

Task<bool> finished(Joined<link::LinkOutcome> joined) {
  bool made = false;
  try {
    co_await joined;
    made = true;
  } catch (const Unavailable&) {
    made = false;
  }
  co_return made;
}

Task<bool> finished(Joined<bool> joined) {
  const bool done = co_await joined;
  co_return done;
}

std::string waiting(const LinkWorld& world) {
  return world.database.sql(
      "select count(*) from pg_stat_activity where application_name = 'vneid'"
      " and datname = current_database() and wait_event_type = 'Lock'");
}

/// Runs the loop until as many sessions as wanted wait for a lock.
void wait_for_locks(LinkWorld& world, const std::string& wanted) {
  test::wait_for(
      [&world, &wanted] {
        world.loop.poll();
        return waiting(world) == wanted;
      },
      "the lock");
}

/// The table at which the transaction is held up, and then killed.
class LinkCrash : public testing::TestWithParam<const char*> {};

TEST_P(LinkCrash, LeavesTheAccountWholeAndCanBeRepeated) {
  LinkWorld world;
  const auto account = world.add_account("a", mau);
  world.add_records(
      {"a,r1,paper,T,1," + mau.number + ",f1", "a,r2,result,T,2," + mau.number + ","});
  const auto request = world.request(account, mau);
  Scope scope{world.loop};
  {
    test::PlainConnection holder{world.database.conninfo()};
    holder.sql(std::string("begin; lock table ") + GetParam() + " in exclusive mode");
    auto running = scope.start(world.linker.link(request));
    wait_for_locks(world, "1");
    world.database.sql(
        "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'vneid'"
        " and datname = current_database()");
    EXPECT_FALSE(world.loop.run(finished(running)));
  }
  EXPECT_EQ(world.count("link"), "0");
  EXPECT_EQ(world.count("person"), "0");
  EXPECT_EQ(world.count("record where link_id is not null"), "0");
  EXPECT_EQ(world.count("audit_event"), "0");
  EXPECT_EQ(world.database.inconsistencies(), "");

  const auto outcome = world.link(request);
  EXPECT_EQ(std::get<link::Linked>(outcome).transfer.moved_total(), 2);
  EXPECT_EQ(world.database.inconsistencies(), "");
}

INSTANTIATE_TEST_SUITE_P(EveryStep, LinkCrash,
                         testing::Values("account", "person", "person_subject", "link", "vault",
                                         "transfer_job", "record", "transfer_note", "audit_event"),
                         [](const auto& info) { return std::string{info.param}; });

/// Makes every commit wait for a standby that does not exist: committed here, not yet told.
class CommitsUntold {
 public:
  explicit CommitsUntold(const test::PostgresServer& server) : server_(server) { set("'nobody'"); }
  CommitsUntold(const CommitsUntold&) = delete;
  CommitsUntold& operator=(const CommitsUntold&) = delete;
  ~CommitsUntold() { set("''"); }

 private:
  void set(const std::string& standby) const {
    server_.sql("alter system set synchronous_standby_names = " + standby);
    server_.sql("select pg_reload_conf()");
    test::wait_for(
        [this, &standby] {
          return "'" + server_.sql("show synchronous_standby_names") + "'" == standby;
        },
        "the setting");
  }
  const test::PostgresServer& server_;
};

// The commit stands, but its answer was lost (relying-party.md §4e): asking again tells.
TEST(LinkCrashAfterCommit, IsToldByAskingAgain) {
  LinkWorld world;
  const auto account = world.add_account("a", mau);
  world.add_records({"a,r1,paper,T,1," + mau.number + ",f1"});
  const auto request = world.request(account, mau);
  Scope scope{world.loop};
  {
    const CommitsUntold untold{world.database.server()};
    auto running = scope.start(world.linker.link(request));
    test::wait_for(
        [&world] {
          world.loop.poll();
          return world.database.sql(
                     "select count(*) from pg_stat_activity where wait_event = 'SyncRep'"
                     " and datname = current_database()") == "1";
        },
        "the commit");
    world.database.sql(
        "select pg_terminate_backend(pid) from pg_stat_activity where wait_event = 'SyncRep'");
    EXPECT_FALSE(world.loop.run(finished(running)));
  }
  EXPECT_EQ(world.count("link"), "1");
  const auto again = std::get<link::Linked>(world.link(request));
  EXPECT_TRUE(again.repeated);
  EXPECT_EQ(again.transfer.moved_total(), 1);
  EXPECT_EQ(world.count("link"), "1");
  EXPECT_EQ(world.database.inconsistencies(), "");
}

Task<bool> imported(postgres::Pool& pool, admin::VaultRows rows, std::string csv) {
  std::istringstream stream{csv};
  admin::Import<admin::VaultRows> import{pool, rows, false, [](const admin::Problem&) {}};
  const auto report = co_await import.run(stream);
  co_return report.value().created == 1;
}

// A record that an importer writes during the transfer waits for it, and follows by itself.
TEST(LinkCrashAfterCommit, TransferSeesAllOrNothingOfAnImport) {
  LinkWorld world;
  const auto account = world.add_account("a", mau);
  world.add_records({"a,before,paper,T,1," + mau.number + ","});
  Scope scope{world.loop};
  auto holder = std::make_unique<test::PlainConnection>(world.database.conninfo());
  holder->sql("begin; lock table audit_event in share row exclusive mode");
  auto linking = scope.start(world.linker.link(world.request(account, mau)));
  wait_for_locks(world, "1");
  auto importing = scope.start(imported(
      world.operator_pool, test::vault_rows(std::filesystem::temp_directory_path()),
      "account,record,kind,title,source,owner_citizen_id\na,later,paper,x,dossier_result," +
          mau.number + "\n"));
  wait_for_locks(world, "2");
  holder.reset();
  EXPECT_TRUE(world.loop.run(finished(linking)));
  EXPECT_TRUE(world.loop.run(finished(importing)));
  EXPECT_EQ(world.count("transfer_item"), "2");
  EXPECT_EQ(world.count("record where portal_record = 'later'"), "2");
  EXPECT_EQ(world.database.inconsistencies(), "");
}

}  // namespace
}  // namespace vneid
