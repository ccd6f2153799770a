#include <filesystem>
#include <list>
#include <optional>
#include <string>

#include "drivers/support/postgres_fixture.hpp"
#include "net/postgres/retry.hpp"

namespace vneid::test {
namespace {

using postgres::Isolation;
using postgres::Params;
using postgres::Pool;
using postgres::Result;
using postgres::Settings;
using postgres::Statement;
using postgres::Transaction;

class PostgresAbandon : public PostgresTest {
 protected:
  /// Each turn waits for one event at least, so that every stage is met.
  void turn() {
    loop_.run_until([n = 0]() mutable { return n++ == 1; });
  }
  void expect_only_idle_left(const Pool& pool) {
    EXPECT_EQ(pool.counts().in_use, 0U);
    EXPECT_EQ(pool.counts().waiting, 0U);
    EXPECT_EQ(loop_.timers(), 0U);
    EXPECT_EQ(loop_.io_waits(), pool.counts().idle);
    EXPECT_TRUE(loop_.nothing_posted());
  }
  static std::size_t open_descriptors() {
    const std::filesystem::directory_iterator all("/proc/self/fd");
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
  }
};

struct Store {
  const std::string& bytes;

  Task<std::size_t> operator()(Transaction& transaction) {
    static constexpr Statement put{"test_abandon_put",
                                   "insert into things (id, body) values (1, $1) returning body"};
    Result result = co_await transaction.query(put, std::move(Params().bytes(bytes)));
    co_return result.bytes(0, 0).size();
  }
};

Task<std::size_t> whole_way(Pool& pool, Store& store) {
  const std::size_t size = co_await postgres::with_retries(pool, Isolation::serializable, store);
  Transaction transaction = co_await pool.begin(Isolation::read_committed);
  co_await transaction.query(select_one, {});
  co_await transaction.rollback();
  co_await pool.query(select_one, {});
  co_await pool.execute_script("select 1; select 2");
  co_return size;
}

TEST_F(PostgresAbandon, AtEveryAwaitNothingStaysRegistered) {
  const std::string bytes(1'000'000, '\xA5');
  Store store{.bytes = bytes};
  for (const auto& conninfo : {server_.by_socket(), server_.by_port("sslmode=disable"),
                               server_.by_port("sslmode=require")}) {
    Settings settings = server_.settings(1);
    settings.conninfo = conninfo;
    const std::size_t before = open_descriptors();
    int stages = 0;
    for (bool settled = false; !settled; ++stages) {
      ASSERT_LT(stages, 2000);
      Pool pool(loop_, settings);
      {
        Started<std::size_t> task(whole_way(pool, store));
        for (int i = 0; i < stages && !task.settled(); ++i) turn();
        settled = task.settled();
        if (settled) EXPECT_EQ(task.wait(loop_), bytes.size());
      }
      expect_only_idle_left(pool);
      EXPECT_EQ(open_descriptors(), before + pool.counts().idle);
      pool.close();
      EXPECT_EQ(loop_.io_waits(), 0U);
      EXPECT_EQ(open_descriptors(), before);
      // What was abandoned is gone on the server too; a COMMIT on its way may have arrived.
      wait_for([this] { return server_.sessions() == 0; }, "the sessions' end");
      server_.sql("delete from things");
    }
    EXPECT_GE(stages, 11);  // that many round trips at least
  }
}

TEST_F(PostgresAbandon, InTheMiddleOfAStatementTheServerRollsBack) {
  Pool pool(loop_, server_.settings(1));
  std::optional<Transaction> transaction(loop_.run(pool.begin(Isolation::read_committed)));
  loop_.run(transaction->query(insert_thing, thing(1, "abandoned")));
  std::optional<Started<Result>> call(std::in_place, transaction->query(sleep_long, {}));
  turn_until([this] { return server_.sessions("wait_event = 'PgSleep'") == 1; });
  call.reset();
  transaction.reset();
  expect_only_idle_left(pool);
  EXPECT_EQ(pool.counts().idle, 0U);
  // Long before the sleep and statement_timeout end: the server looks whether its client is there.
  const auto taken = time_of(
      [this] { wait_for([this] { return server_.sessions() == 0; }, "the session's end"); });
  EXPECT_LT(taken, Milliseconds{5000});
  EXPECT_EQ(server_.sql("select count(*) from things"), "0");
  EXPECT_EQ(ask(pool, select_one).integer(0, 0), 1);
}

TEST_F(PostgresAbandon, InTheMiddleOfAStatementATransactionCannotGoOn) {
  Pool pool(loop_, server_.settings(1));
  Transaction transaction = loop_.run(pool.begin(Isolation::read_committed));
  std::optional<Started<Result>> call(std::in_place, transaction.query(sleep_long, {}));
  turn();
  call.reset();
  EXPECT_THROW(loop_.run(transaction.query(select_one, {})), std::logic_error);
  loop_.run(transaction.rollback());
  EXPECT_EQ(pool.counts().idle, 0U);
}

TEST_F(PostgresAbandon, WaitersInTheQueue) {
  Pool pool(loop_, server_.settings(1));
  Transaction holder = loop_.run(pool.begin(Isolation::read_committed));
  std::list<Started<Result>> waiters;
  for (int i = 0; i < 5; ++i) waiters.emplace_back(pool.query(select_one, {}));
  EXPECT_EQ(pool.counts().waiting, 5U);
  waiters.erase(std::next(waiters.begin(), 2));
  waiters.pop_front();
  EXPECT_EQ(pool.counts().waiting, 3U);
  loop_.run(holder.commit());
  for (auto& waiter : waiters) EXPECT_EQ(waiter.wait(loop_).integer(0, 0), 1);
  waiters.clear();
  expect_only_idle_left(pool);
}

TEST_F(PostgresAbandon, ManyCallersAtRandomMoments) {
  Pool pool(loop_, server_.settings(3));
  unsigned state = 7;
  const auto random = [&state](unsigned below) {
    state = state * 1103515245U + 12345U;
    return (state >> 16U) % below;
  };
  std::list<Started<Result>> callers;
  for (int i = 0; i < 400; ++i) {
    callers.emplace_back(pool.query(i % 3 == 0 ? backend_pid : select_one, {}));
    loop_.poll();
    if (random(3) == 0)
      callers.erase(std::next(callers.begin(), random(static_cast<unsigned>(callers.size()))));
    const auto counts = pool.counts();
    ASSERT_LE(counts.idle + counts.in_use, 3U + counts.waiting);
  }
  for (auto& caller : callers) EXPECT_EQ(caller.wait(loop_).rows(), 1U);
  callers.clear();
  expect_only_idle_left(pool);
  wait_for([this] { return server_.sessions() <= 3; }, "the end of abandoned sessions");
}

}  // namespace
}  // namespace vneid::test
