#include <list>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "drivers/support/postgres_fixture.hpp"

namespace vneid::test {
namespace {

using postgres::Isolation;
using postgres::Pool;
using postgres::Result;
using postgres::Statement;
using postgres::Transaction;

class PostgresPool : public PostgresTest {};

Task<void> note_pid(Pool& pool, int number, std::set<std::int64_t>& pids, std::vector<int>& order) {
  static constexpr Statement statement{"test_nap", "select pg_backend_pid(), pg_sleep(0.03)"};
  Result result = co_await pool.query(statement, {});
  pids.insert(result.integer(0, 0));
  order.push_back(number);
}

TEST_F(PostgresPool, TwoConnectionsServeTenCallersInTurn) {
  Pool pool(loop_, server_.settings(2));
  std::set<std::int64_t> pids;
  std::vector<int> order;
  std::list<Started<void>> callers;
  for (int i = 0; i < 10; ++i) callers.emplace_back(note_pid(pool, i, pids, order));
  EXPECT_EQ(pool.counts().in_use, 2U);
  EXPECT_EQ(pool.counts().waiting, 8U);
  for (auto& caller : callers) caller.wait(loop_);
  EXPECT_EQ(pids.size(), 2U);
  ASSERT_EQ(order.size(), 10U);
  // Two run side by side and may finish in either order; nobody overtakes by more than that.
  for (int i = 0; i < 10; ++i) EXPECT_NEAR(order[static_cast<std::size_t>(i)], i, 1);
  EXPECT_EQ(pool.counts().idle, 2U);
  EXPECT_EQ(loop_.io_waits(), 2U);
  EXPECT_EQ(server_.sessions(), 2);
}

TEST_F(PostgresPool, AWaiterGivesUpInTime) {
  auto settings = server_.settings(1);
  settings.timeout = Milliseconds{200};
  Pool pool(loop_, settings);
  Transaction holder = loop_.run(pool.begin(Isolation::read_committed));
  const auto waited = time_of([&] {
    EXPECT_NE(unavailable(pool, select_one).find("no connection became free"), std::string::npos);
  });
  EXPECT_GE(waited, Milliseconds{200});
  EXPECT_LT(waited, Milliseconds{2000});
  EXPECT_EQ(pool.counts().waiting, 0U);
  loop_.run(holder.rollback());
  EXPECT_EQ(ask(pool, select_one).integer(0, 0), 1);
}

TEST_F(PostgresPool, AWaiterThatIsGrantedAndDestroyedPassesItsTurnOn) {
  Pool pool(loop_, server_.settings(1));
  Transaction holder = loop_.run(pool.begin(Isolation::read_committed));
  std::optional<Started<Result>> first(std::in_place, pool.query(select_one, {}));
  Started<Result> second(pool.query(select_one, {}));
  EXPECT_EQ(pool.counts().waiting, 2U);
  Started<void> returning(holder.rollback());
  returning.wait(loop_);  // grants the connection to `first`, which has not run yet
  EXPECT_EQ(pool.counts().waiting, 1U);
  first.reset();
  EXPECT_EQ(second.wait(loop_).integer(0, 0), 1);
  EXPECT_EQ(pool.counts().in_use, 0U);
}

TEST_F(PostgresPool, ClosingTellsWhoWaitsAndKeepsNothing) {
  Pool pool(loop_, server_.settings(1));
  Transaction holder = loop_.run(pool.begin(Isolation::read_committed));
  Started<Result> waiter(pool.query(select_one, {}));
  pool.close();
  EXPECT_THROW(waiter.wait(loop_), Unavailable);
  EXPECT_THROW(ask(pool, select_one), Unavailable);
  loop_.run(holder.rollback());
  EXPECT_EQ(pool.counts().idle, 0U);
  EXPECT_EQ(pool.counts().in_use, 0U);
}

TEST_F(PostgresPool, ALeaseMayOutliveThePool) {
  std::optional<Pool> pool(std::in_place, loop_, server_.settings(1));
  Transaction transaction = loop_.run(pool->begin(Isolation::read_committed));
  pool.reset();
  EXPECT_EQ(loop_.run(transaction.query(insert_thing, thing(1, "kept"))).affected(), 1U);
  loop_.run(transaction.commit());
  EXPECT_EQ(server_.sql("select count(*) from things"), "1");
}

TEST_F(PostgresPool, ALeavingWorkerKeepsNoConnectionButFinishesItsWork) {
  Pool pool(loop_, server_.settings(2));
  Transaction holder = loop_.run(pool.begin(Isolation::read_committed));
  ask(pool, select_one);
  EXPECT_EQ(pool.counts().idle, 1U);
  static constexpr Statement nap{"test_short_nap", "select 7, pg_sleep(0.1)"};
  Started<Result> running(holder.query(nap, {}));
  loop_.begin_leaving();
  EXPECT_EQ(pool.counts().idle, 0U);
  EXPECT_EQ(running.wait(loop_).integer(0, 0), 7);
  loop_.run(holder.commit());
  EXPECT_EQ(ask(pool, select_one).integer(0, 0), 1);
  EXPECT_EQ(pool.counts().idle, 0U);
}

TEST_F(PostgresPool, AWorkerThatLeavesWhileConnectingStillConnects) {
  for (const auto& conninfo : {server_.by_socket(), server_.by_port("sslmode=require")}) {
    for (int turns = 0; turns < 12; ++turns) {
      EpollLoop loop;
      auto settings = server_.settings(1);
      settings.conninfo = conninfo;
      Pool pool(loop, settings);
      Started<Result> call(pool.query(select_one, {}));
      for (int i = 0; i < turns && !call.settled(); ++i) {
        loop.run_until([n = 0]() mutable { return n++ == 1; });
      }
      loop.begin_leaving();
      EXPECT_EQ(call.wait(loop).integer(0, 0), 1);
    }
  }
}

TEST_F(PostgresPool, StatementsArePreparedOncePerConnection) {
  Pool pool(loop_, server_.settings(1));
  static constexpr Statement prepared{"test_prepared",
                                      "select count(*) from pg_prepared_statements"};
  EXPECT_EQ(ask(pool, prepared).integer(0, 0), 1);
  EXPECT_EQ(ask(pool, prepared).integer(0, 0), 1);
  EXPECT_EQ(ask(pool, select_one).integer(0, 0), 1);
  EXPECT_EQ(ask(pool, prepared).integer(0, 0), 2);
  static constexpr Statement impostor{"test_one", "select 2"};
  EXPECT_THROW(ask(pool, impostor), std::logic_error);
}

TEST_F(PostgresPool, AStatementThatASchemaChangeSpoiltIsPreparedAgain) {
  Pool pool(loop_, server_.settings(1));
  static constexpr Statement all{"test_all", "select * from things"};
  const auto pid = ask(pool, backend_pid).integer(0, 0);
  for (const char* change : {"alter table things add column extra int default 5",
                             "alter table things alter column extra type text"}) {
    ask(pool, all);
    server_.sql("insert into things (id) values (1) on conflict do nothing");
    server_.sql(change);
    EXPECT_EQ(ask(pool, all).text(0, 4), "5");
  }
  EXPECT_EQ(ask(pool, backend_pid).integer(0, 0), pid);
}

TEST_F(PostgresPool, AStatementThatTheServerForgotIsPreparedAgain) {
  Pool pool(loop_, server_.settings(1));
  const auto pid = ask(pool, backend_pid).integer(0, 0);
  loop_.run(pool.execute_script("deallocate all"));
  EXPECT_EQ(ask(pool, backend_pid).integer(0, 0), pid);
}

TEST_F(PostgresPool, AScriptRunsWholeOrNotAtAll) {
  Pool pool(loop_, server_.settings(1));
  loop_.run(pool.execute_script(
      "insert into things (id) values (1); insert into things (id) values (2)"));
  EXPECT_EQ(ask(pool, count_things).integer(0, 0), 2);
  EXPECT_THROW(loop_.run(pool.execute_script(
                   "insert into things (id) values (3); insert into things (id) values (1)")),
               postgres::StatementError);
  EXPECT_EQ(ask(pool, count_things).integer(0, 0), 2);
  EXPECT_EQ(pool.counts().idle, 1U);
}

TEST_F(PostgresPool, AScriptThatLeavesATransactionOpenOrCopiesLosesItsConnection) {
  Pool pool(loop_, server_.settings(1));
  loop_.run(pool.execute_script("begin; insert into things (id) values (1)"));
  EXPECT_EQ(pool.counts().idle, 0U);
  EXPECT_THROW(loop_.run(pool.execute_script("copy things from stdin")), std::logic_error);
  EXPECT_EQ(pool.counts().idle, 0U);
  EXPECT_EQ(ask(pool, count_things).integer(0, 0), 0);
}

TEST_F(PostgresPool, ABadConninfoIsRefusedAtOnce) {
  auto settings = server_.settings(1);
  settings.conninfo = "host=db.example.gov.vn";
  EXPECT_THROW(Pool(loop_, settings), std::invalid_argument);
}

}  // namespace
}  // namespace vneid::test
