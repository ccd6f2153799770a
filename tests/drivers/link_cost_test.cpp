// What a link must not cost: round trips, changed rows, tables read from end to end.
#include <gtest/gtest.h>

#include "drivers/support/link_world.hpp"

namespace vneid {
namespace {

using test::mau;

struct Trips final : CallObserver {
  void answered(std::chrono::microseconds /*duration*/) noexcept override { ++count; }
  void failed(std::chrono::microseconds /*duration*/, FailureKind /*kind*/) noexcept override {}
  int count = 0;
};

struct LinkCost : testing::Test {
  AccountId account_with_records() {
    const auto account = world.add_account("a", mau);
    world.add_records({"a,r1,paper,T,1," + mau.number + ",f1",
                       "a,r2,paper,T,2," + mau.number + ",f2", "a,r3,info,,," + mau.number + ","});
    return account;
  }
  static postgres::Settings of_a_worker(const test::Database& database) {
    postgres::Settings settings = database.settings_as("worker", 1);
    settings.only_lookups = true;
    return settings;
  }
  test::LinkWorld world;
};

TEST_F(LinkCost, TwoRoundTrips) {
  const auto request = world.request(account_with_records(), mau);
  Trips trips;
  postgres::Settings settings = of_a_worker(world.database);
  settings.observer = &trips;
  postgres::Pool pool{world.loop, settings};
  link::Linker linker{pool, test::test_keys()};
  const auto linked = std::get<link::Linked>(world.loop.run(linker.link(request)));
  EXPECT_EQ(trips.count, 2);
  EXPECT_EQ(linked.transfer.moved_total(), 3);
  EXPECT_EQ(world.database.inconsistencies(), "");
}

// Neither updated nor locked: each would be written to the log, and the first with every index.
TEST_F(LinkCost, NoRowOfTheAccountsRecordsIsTouched) {
  const auto account = account_with_records();
  const std::string rows =
      "select string_agg(ctid::text || xmin || xmax, ',' order by id) from record"
      " where link_id is null";
  const std::string before = world.database.sql(rows);
  (void)world.link(world.request(account, mau));
  EXPECT_EQ(world.count("record where link_id is not null"), "3");
  EXPECT_EQ(world.database.sql(rows), before);
  EXPECT_EQ(world.count("record_file"), "2");
}

// As on the day of going live: analyzed while everything was empty.
TEST_F(LinkCost, NoTableIsReadFromEndToEnd) {
  world.database.sql("analyze");
  const auto account = account_with_records();
  const auto request = world.request(account, mau);
  world.pool.close();
  world.operator_pool.close();
  const auto alone = [this] {
    return world.database.sql(
               "select count(*) from pg_stat_activity where datname = current_database()"
               " and application_name = 'vneid'") == "0";
  };
  test::wait_for(alone, "the sessions' end");
  world.database.sql("select pg_stat_reset()");
  {
    postgres::Pool pool{world.loop, of_a_worker(world.database)};
    link::Linker linker{pool, test::test_keys()};
    const auto linked = std::get<link::Linked>(world.loop.run(linker.link(request)));
    EXPECT_EQ(linked.transfer.moved_total(), 3);
  }
  test::wait_for(alone, "the session's end");
  EXPECT_EQ(world.database.sql("select string_agg(relname, ',') from pg_stat_user_tables"
                               " where seq_scan > 0"),
            "");
  EXPECT_NE(world.database.sql("select sum(idx_scan) from pg_stat_user_tables"), "0");
}

}  // namespace
}  // namespace vneid
