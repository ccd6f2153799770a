#include <optional>
#include <string>

#include "async/wait.hpp"
#include "drivers/support/postgres_fixture.hpp"
#include "net/postgres/retry.hpp"

namespace vneid::test {
namespace {

using postgres::Isolation;
using postgres::Params;
using postgres::Pool;
using postgres::Result;
using postgres::Statement;
using postgres::StatementError;
using postgres::Transaction;

class PostgresTransaction : public PostgresTest {
 protected:
  std::string counters() {
    return server_.sql("select string_agg(name, ',' order by id) from things");
  }
};

TEST_F(PostgresTransaction, CommitsAndRollsBack) {
  Pool pool(loop_, server_.settings(1));
  Transaction kept = loop_.run(pool.begin(Isolation::serializable));
  loop_.run(kept.query(insert_thing, thing(1, "kept")));
  loop_.run(kept.commit());
  EXPECT_THROW(loop_.run(kept.commit()), std::logic_error);
  EXPECT_THROW(loop_.run(kept.query(select_one, {})), std::logic_error);
  Transaction undone = loop_.run(pool.begin(Isolation::read_committed));
  loop_.run(undone.query(insert_thing, thing(2, "undone")));
  loop_.run(undone.rollback());
  loop_.run(undone.rollback());  // does nothing
  EXPECT_EQ(counters(), "kept");
  EXPECT_EQ(pool.counts().idle, 1U);
}

TEST_F(PostgresTransaction, HasTheIsolationAskedFor) {
  Pool pool(loop_, server_.settings(1));
  static constexpr Statement level{"test_level", "select current_setting('transaction_isolation')"};
  Transaction strict = loop_.run(pool.begin(Isolation::serializable));
  EXPECT_EQ(loop_.run(strict.query(level, {})).text(0, 0), "serializable");
  loop_.run(strict.commit());
  Transaction plain = loop_.run(pool.begin(Isolation::read_committed));
  EXPECT_EQ(loop_.run(plain.query(level, {})).text(0, 0), "read committed");
  loop_.run(plain.commit());
}

TEST_F(PostgresTransaction, DestroyedWithoutCommitItRollsBack) {
  Pool pool(loop_, server_.settings(1));
  {
    Transaction forgotten = loop_.run(pool.begin(Isolation::read_committed));
    loop_.run(forgotten.query(insert_thing, thing(1, "forgotten")));
  }
  EXPECT_EQ(pool.counts().idle, 0U);
  wait_for([this] { return server_.sessions() == 0; }, "the session's end");
  EXPECT_EQ(server_.sql("select count(*) from things"), "0");
}

TEST_F(PostgresTransaction, CommitAfterAFailedStatementIsAnError) {
  Pool pool(loop_, server_.settings(1));
  Transaction transaction = loop_.run(pool.begin(Isolation::read_committed));
  loop_.run(transaction.query(insert_thing, thing(1, "first")));
  EXPECT_THROW(loop_.run(transaction.query(insert_thing, thing(1, "again"))), StatementError);
  EXPECT_THROW(loop_.run(transaction.commit()), StatementError);
  EXPECT_EQ(server_.sql("select count(*) from things"), "0");
  EXPECT_EQ(pool.counts().idle, 1U);
}

TEST_F(PostgresTransaction, ADeferredConstraintFailsTheCommit) {
  server_.sql(
      "alter table things drop constraint things_name_once, add constraint things_name_once"
      " unique (name) deferrable initially deferred");
  Pool pool(loop_, server_.settings(1));
  Transaction transaction = loop_.run(pool.begin(Isolation::read_committed));
  loop_.run(transaction.query(insert_thing, thing(1, "same")));
  loop_.run(transaction.query(insert_thing, thing(2, "same")));
  try {
    loop_.run(transaction.commit());
    FAIL() << "committed";
  } catch (const StatementError& error) {
    EXPECT_EQ(error.constraint(), "things_name_once");
  }
  EXPECT_EQ(pool.counts().idle, 1U);
}

TEST_F(PostgresTransaction, OneStatementAtATime) {
  Pool pool(loop_, server_.settings(1));
  Transaction transaction = loop_.run(pool.begin(Isolation::read_committed));
  Started<Result> first(transaction.query(select_one, {}));
  Started<Result> second(transaction.query(select_one, {}));
  EXPECT_TRUE(second.settled());
  EXPECT_THROW(second.wait(loop_), std::logic_error);
  EXPECT_EQ(first.wait(loop_).integer(0, 0), 1);
  loop_.run(transaction.rollback());
}

constexpr Statement read_name{"test_read", "select name from things where id = $1"};
constexpr Statement write_name{"test_write", "update things set name = $2 where id = $1"};
constexpr Statement add_one{"test_add",
                            "update things set name = (name::int + 1)::text where id = $1"};

/// Lets nobody pass before `party` have come; who comes later passes at once.
struct Meeting {
  EventLoop& loop;
  int party;
  int arrived = 0;
};

Task<void> meet(Meeting& meeting) {
  ++meeting.arrived;
  while (meeting.arrived < meeting.party) co_await yield_now(meeting.loop);
}

/// Reads a number and writes it back raised by one: two at once conflict.
struct Raise {
  Meeting& meeting;
  int tries = 0;

  Task<int> operator()(Transaction& transaction) {
    ++tries;
    Result found = co_await transaction.query(read_name, std::move(Params().integer(1)));
    const int raised = std::stoi(std::string(found.text(0, 0))) + 1;
    co_await meet(meeting);
    Params params;
    params.integer(1).text(std::to_string(raised));
    co_await transaction.query(write_name, std::move(params));
    co_return raised;
  }
};

TEST_F(PostgresTransaction, ASerializationFailureIsTriedAgain) {
  server_.sql("insert into things (id, name) values (1, '10')");
  Pool one(loop_, server_.settings(1));
  Pool other(loop_, server_.settings(1));
  Meeting meeting{.loop = loop_, .party = 2};
  Raise first{.meeting = meeting};
  Raise second{.meeting = meeting};
  Started<int> a(postgres::with_retries(one, Isolation::serializable, first));
  Started<int> b(postgres::with_retries(other, Isolation::serializable, second));
  EXPECT_EQ(a.wait(loop_) + b.wait(loop_), 11 + 12);
  EXPECT_EQ(counters(), "12");
  EXPECT_EQ(first.tries + second.tries, 3);
  EXPECT_EQ(one.counts().idle, 1U);  // after an orderly rollback
  EXPECT_EQ(other.counts().idle, 1U);
}

TEST_F(PostgresTransaction, TriesEndSomeTime) {
  server_.sql("insert into things (id, name) values (1, '10')");
  Pool one(loop_, server_.settings(1));
  Pool other(loop_, server_.settings(1));
  Meeting meeting{.loop = loop_, .party = 2};
  Raise first{.meeting = meeting};
  Raise second{.meeting = meeting};
  Started<int> a(postgres::with_retries(one, Isolation::serializable, first, 1));
  Started<int> b(postgres::with_retries(other, Isolation::serializable, second, 1));
  int refused = 0;
  for (auto* call : {&a, &b}) {
    try {
      call->wait(loop_);
    } catch (const StatementError& error) {
      EXPECT_TRUE(error.is_retryable());
      ++refused;
    }
  }
  EXPECT_EQ(refused, 1);
  EXPECT_EQ(counters(), "11");
}

/// Locks two rows in the order given: two with opposite orders lock each other out.
struct LockBoth {
  Meeting& meeting;
  int first;
  int second;
  int tries = 0;

  Task<void> operator()(Transaction& transaction) {
    ++tries;
    co_await transaction.query(add_one, std::move(Params().integer(first)));
    co_await meet(meeting);
    co_await transaction.query(add_one, std::move(Params().integer(second)));
  }
};

TEST_F(PostgresTransaction, ADeadlockIsTriedAgain) {
  server_.sql("insert into things (id, name) values (1, '10'), (2, '20')");
  Pool pool(loop_, server_.settings(2));
  Meeting meeting{.loop = loop_, .party = 2};
  LockBoth forth{.meeting = meeting, .first = 1, .second = 2};
  LockBoth back{.meeting = meeting, .first = 2, .second = 1};
  Started<void> a(postgres::with_retries(pool, Isolation::read_committed, forth));
  Started<void> b(postgres::with_retries(pool, Isolation::read_committed, back));
  a.wait(loop_);
  b.wait(loop_);
  EXPECT_EQ(counters(), "12,22");
  EXPECT_GE(forth.tries + back.tries, 3);  // now and then the server ends both
}

struct Fails {
  int tries = 0;
  Task<void> operator()(Transaction& transaction) {
    ++tries;
    co_await transaction.query(insert_thing, thing(1, "undone"));
    throw std::domain_error("not like that");
  }
};

TEST_F(PostgresTransaction, OtherFailuresRollBackAndPassThrough) {
  Pool pool(loop_, server_.settings(1));
  Fails fails;
  EXPECT_THROW(loop_.run(postgres::with_retries(pool, Isolation::serializable, fails)),
               std::domain_error);
  EXPECT_EQ(fails.tries, 1);
  EXPECT_EQ(pool.counts().idle, 1U);
  EXPECT_EQ(server_.sql("select count(*) from things"), "0");
}

struct SelectAll {
  Task<std::size_t> operator()(Transaction& transaction) {
    static constexpr Statement all{"test_all_columns", "select * from things"};
    Result result = co_await transaction.query(all, {});
    co_return result.rows();
  }
};

TEST_F(PostgresTransaction, AStalePlanIsTriedAgain) {
  Pool pool(loop_, server_.settings(1));
  SelectAll all;
  EXPECT_EQ(loop_.run(postgres::with_retries(pool, Isolation::read_committed, all)), 0U);
  server_.sql("alter table things add column extra int; insert into things (id) values (1)");
  EXPECT_EQ(loop_.run(postgres::with_retries(pool, Isolation::read_committed, all)), 1U);
}

}  // namespace
}  // namespace vneid::test
