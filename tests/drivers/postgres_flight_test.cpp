// Statements that go together: BEGIN with the first ones, the last one with COMMIT.
#include <memory>

#include "drivers/support/postgres_fixture.hpp"
#include "net/postgres/retry.hpp"

namespace vneid::test {
namespace {

using postgres::Call;
using postgres::Isolation;
using postgres::Opened;
using postgres::Params;
using postgres::Pool;
using postgres::Result;
using postgres::Statement;
using postgres::StatementError;
using postgres::Transaction;

constexpr Statement no_such_table{"flight_no_table", "select * from no_such_table"};
constexpr Statement fails{"flight_fails", "select 1 / (select count(*) from things where false)"};
constexpr Statement read_level{"flight_level", "select current_setting('transaction_isolation')"};

struct PostgresFlight : PostgresTest, CallObserver {
  void answered(std::chrono::microseconds /*duration*/) noexcept override { ++calls; }
  void failed(std::chrono::microseconds /*duration*/, FailureKind /*kind*/) noexcept override {}

  postgres::Settings watched() {
    postgres::Settings settings = server_.settings(1);
    settings.observer = this;
    return settings;
  }
  Opened begin(Pool& pool, std::vector<Call> first,
               Isolation isolation = Isolation::read_committed) {
    return loop_.run(pool.begin_with(isolation, std::move(first)));
  }
  std::string refused(Task<Result> call) {
    try {
      loop_.run(std::move(call));
    } catch (const StatementError& error) {
      return error.sqlstate();
    }
    return "done";
  }
  std::string things() { return server_.sql("select count(*) from things"); }

  int calls = 0;
};

TEST_F(PostgresFlight, BeginsWithStatementsAndGivesTheirResultsInOrder) {
  Pool pool(loop_, watched());
  Opened opened =
      begin(pool, {{read_level, {}}, {insert_thing, thing(1, "one")}, {count_things, {}}},
            Isolation::serializable);
  EXPECT_EQ(calls, 1);
  ASSERT_EQ(opened.results.size(), 3U);
  EXPECT_EQ(opened.results[0].text(0, 0), "serializable");
  EXPECT_EQ(opened.results[1].affected(), 1U);
  EXPECT_EQ(opened.results[2].text(0, 0), "1");
  EXPECT_EQ(things(), "0");
  EXPECT_EQ(loop_.run(opened.transaction.query_and_commit({count_things, {}})).text(0, 0), "1");
  EXPECT_EQ(calls, 2);
  EXPECT_TRUE(opened.transaction.over());
  EXPECT_THROW(loop_.run(opened.transaction.commit()), std::logic_error);
  EXPECT_EQ(things(), "1");
  EXPECT_EQ(pool.counts().idle, 1U);
}

TEST_F(PostgresFlight, WhatFollowsARefusedStatementIsNotDone) {
  Pool pool(loop_, server_.settings(1));
  for (const auto& [refused, state] : {std::pair{fails, "22012"}, {no_such_table, "42P01"}}) {
    try {
      begin(pool, {{select_one, {}}, {refused, {}}, {insert_thing, thing(1, "skipped")}});
      ADD_FAILURE() << "nothing was refused";
    } catch (const StatementError& error) {
      EXPECT_EQ(error.sqlstate(), state);
    }
    EXPECT_EQ(pool.counts().idle, 1U) << "rolled back in the orderly way";
    EXPECT_EQ(things(), "0");
  }
  EXPECT_EQ(begin(pool, {{select_one, {}}}).results[0].text(0, 0), "1");
}

TEST_F(PostgresFlight, ARefusedLastStatementIsNotCommitted) {
  Pool pool(loop_, server_.settings(1));
  Opened opened = begin(pool, {{insert_thing, thing(1, "undone")}});
  EXPECT_EQ(refused(opened.transaction.query_and_commit({fails, {}})), "22012");
  EXPECT_FALSE(opened.transaction.over());
  loop_.run(opened.transaction.rollback());
  EXPECT_EQ(things(), "0");
  EXPECT_EQ(pool.counts().idle, 1U);
}

TEST_F(PostgresFlight, ACommitThatIsRefusedIsTold) {
  server_.sql(
      "create table later (id int unique deferrable initially deferred); insert into later values "
      "(1)");
  static constexpr Statement twice{"flight_twice", "insert into later values (1)"};
  Pool pool(loop_, server_.settings(1));
  Opened opened = begin(pool, {});
  EXPECT_EQ(refused(opened.transaction.query_and_commit({twice, {}})), "23505");
  loop_.run(opened.transaction.rollback());
  EXPECT_EQ(server_.sql("select count(*) from later"), "1");
  EXPECT_EQ(pool.counts().idle, 1U);
  server_.sql("drop table later");
}

// The commit was with the server before the statement was answered: nobody sent it afterwards.
TEST_F(PostgresFlight, TheCommitTravelsWithTheStatement) {
  static constexpr Statement careless{
      "flight_careless", "select set_config('client_connection_check_interval', '0', false)"};
  static constexpr Statement waits{
      "flight_waits",
      "insert into things select 1, 'kept' where pg_advisory_xact_lock(7) is not null"};
  PGconn* holder = PQconnectdb(server_.by_socket().c_str());
  PQclear(PQexec(holder, "select pg_advisory_lock(7)"));
  auto pool = std::make_unique<Pool>(loop_, server_.settings(1));
  Opened opened = begin(*pool, {{careless, {}}});
  {
    Started<Result> call(opened.transaction.query_and_commit({waits, {}}));
    turn_until([this] { return server_.sessions("wait_event = 'advisory'") == 1; });
  }  // given up: nothing more is sent
  loop_.run(opened.transaction.rollback());
  pool.reset();
  PQfinish(holder);
  wait_for([this] { return things() == "1"; }, "the commit");
}

TEST_F(PostgresFlight, ALostIdleConnectionIsReplaced) {
  Pool pool(loop_, server_.settings(1));
  (void)ask(pool, select_one);
  server_.sql(
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'vneid'");
  wait_for([this] { return server_.sessions() == 0; }, "the session's end");
  EXPECT_EQ(begin(pool, {{select_one, {}}, {count_things, {}}}).results.size(), 2U);
}

struct Opens {
  int tries = 0;
  [[nodiscard]] std::vector<Call> opening() const {
    static constexpr Statement all{"flight_all_columns", "select * from things"};
    return {{all, {}}};
  }
  Task<std::size_t> operator()(Transaction& transaction, std::vector<Result> read) {
    ++tries;
    (void)co_await transaction.query_and_commit({count_things, {}});
    co_return read.at(0).rows();
  }
};

TEST_F(PostgresFlight, AStalePlanIsTriedAgain) {
  Pool pool(loop_, server_.settings(1));
  Opens work;
  EXPECT_EQ(loop_.run(postgres::with_retries(pool, Isolation::read_committed, work)), 0U);
  server_.sql("alter table things add column extra int; insert into things (id) values (1)");
  EXPECT_EQ(loop_.run(postgres::with_retries(pool, Isolation::read_committed, work)), 1U);
  EXPECT_EQ(work.tries, 2);
}

TEST_F(PostgresFlight, LookupsUseIndexesWhateverStatisticsSay) {
  static constexpr Statement setting{
      "flight_setting", "select current_setting('enable_seqscan') || current_setting('jit')"};
  postgres::Settings settings = server_.settings(1);
  settings.only_lookups = true;
  Pool lookups(loop_, settings);
  Pool plain(loop_, server_.settings(1));
  EXPECT_EQ(ask(lookups, setting).text(0, 0), "offoff");
  EXPECT_EQ(ask(plain, setting).text(0, 0), "onon");
}

}  // namespace
}  // namespace vneid::test
