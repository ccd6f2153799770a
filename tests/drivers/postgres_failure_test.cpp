#include <list>
#include <optional>
#include <string>
#include <thread>

#include "async/wait.hpp"
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

class PostgresFailure : public PostgresTest {
 protected:
  Settings at(const std::string& conninfo, Milliseconds timeout = Milliseconds{10'000}) {
    Settings settings = server_.settings(2);
    settings.conninfo = conninfo;
    settings.timeout = timeout;
    return settings;
  }
  Task<void> sleep(Milliseconds span) { co_await sleep_for(loop_, span); }
};

/// Listens on a port of 127.0.0.1; the kernel accepts, and nobody ever says anything.
class SilentServer {
 public:
  explicit SilentServer(int backlog = 16) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    socklen_t length = sizeof(address);
    if (::bind(fd_, generic, length) != 0 || ::listen(fd_, backlog) != 0 ||
        ::getsockname(fd_, generic, &length) != 0) {
      throw std::runtime_error("no silent server");
    }
    port_ = ntohs(address.sin_port);
  }
  SilentServer(const SilentServer&) = delete;
  SilentServer& operator=(const SilentServer&) = delete;
  ~SilentServer() { ::close(fd_); }
  [[nodiscard]] std::string port() const { return std::to_string(port_); }
  [[nodiscard]] std::string conninfo() const {
    return "host=127.0.0.1 port=" + port() + " user=tester";
  }

 private:
  int fd_;
  std::uint16_t port_ = 0;
};

/// Two servers, of which at any time one at most takes writes; the first may not even answer.
class PostgresHosts : public PostgresFailure {
 protected:
  static std::string hosts(const std::string& ports) {
    return "host=127.0.0.1,127.0.0.1 port=" + ports + " user=tester dbname=postgres";
  }
  std::string port_of(Pool& pool) {
    static constexpr Statement ask{"hosts_port", "select current_setting('port')"};
    return std::string{loop_.run(pool.query(ask, {})).text(0, 0)};
  }
  const std::string here_ = std::to_string(server_.port());
};

TEST_F(PostgresHosts, AHostThatNeverAnswersTakesItsShareOfTheTime) {
  const SilentServer silent;
  Pool pool(loop_, at(hosts(silent.port() + "," + here_), Milliseconds{4'000}));
  EXPECT_EQ(port_of(pool), here_);
}

TEST_F(PostgresHosts, TheOneThatTakesWritesIsFoundWhereverItIs) {
  PostgresServer other;
  const std::string there = std::to_string(other.port());
  other.sql("alter system set default_transaction_read_only = on");
  other.restart();
  Pool pool(loop_, at(hosts(there + "," + here_)));
  EXPECT_EQ(port_of(pool), here_);
  Pool any(loop_, at(hosts(there + "," + here_) + " target_session_attrs=any"));
  EXPECT_EQ(port_of(any), there);
  // It goes away, and the other one takes over.
  other.sql("alter system reset default_transaction_read_only");
  other.restart();
  Pool moving(loop_, at(hosts(there + "," + here_)));
  EXPECT_EQ(port_of(moving), there);
  other.stop();
  std::string answered;
  const Monotonic deadline = loop_.now() + std::chrono::seconds{20};
  while (answered != here_ && loop_.now() < deadline) {
    try {
      answered = port_of(moving);
    } catch (const Unavailable&) {
      loop_.run(sleep(Milliseconds{20}));
    }
  }
  EXPECT_EQ(answered, here_);
}

TEST_F(PostgresFailure, ASessionTerminatedInTheMiddleOfAStatement) {
  Pool pool(loop_, server_.settings(1));
  Started<Result> call(pool.query(sleep_long, {}));
  turn_until([this] { return server_.sessions("wait_event = 'PgSleep'") == 1; });
  server_.terminate_sessions();
  try {
    call.wait(loop_);
    FAIL() << "it slept";
  } catch (const Unavailable& failure) {
    EXPECT_NE(std::string(failure.what()).find("57P01"), std::string::npos) << failure.what();
  }
  EXPECT_EQ(pool.counts().idle, 0U);
  EXPECT_EQ(ask(pool, select_one).integer(0, 0), 1);
}

TEST_F(PostgresFailure, ASessionTerminatedWhileIdleIsNoticedAndDropped) {
  Pool pool(loop_, server_.settings(1));
  ask(pool, select_one);
  EXPECT_EQ(pool.counts().idle, 1U);
  server_.terminate_sessions();
  turn_until([&] { return pool.counts().idle == 0; });
  EXPECT_EQ(loop_.io_waits(), 0U);
  EXPECT_EQ(ask(pool, select_one).integer(0, 0), 1);
}

TEST_F(PostgresFailure, ASessionTerminatedUnnoticedCostsNobodyAnything) {
  for (const auto& conninfo : {server_.by_socket(), server_.by_port("sslmode=require")}) {
    Pool pool(loop_, at(conninfo));
    ask(pool, select_one);
    server_.terminate_sessions();  // the loop does not turn meanwhile
    EXPECT_EQ(pool.counts().idle, 1U);
    EXPECT_EQ(ask(pool, select_one).integer(0, 0), 1);
    server_.terminate_sessions();
    Transaction transaction = loop_.run(pool.begin(Isolation::serializable));
    EXPECT_EQ(loop_.run(transaction.query(select_one, {})).integer(0, 0), 1);
    loop_.run(transaction.commit());
  }
}

TEST_F(PostgresFailure, ASessionThatEndsDuringBeginIsReplacedOnce) {
  Pool pool(loop_, server_.settings(1));
  const auto pid = ask(pool, backend_pid).integer(0, 0);
  // A stopped process takes BEGIN in and then finds itself terminated: nothing was executed.
  ::kill(static_cast<pid_t>(pid), SIGSTOP);
  Started<Transaction> call(pool.begin(Isolation::serializable));
  ::kill(static_cast<pid_t>(pid), SIGTERM);
  ::kill(static_cast<pid_t>(pid), SIGCONT);
  Transaction transaction = call.wait(loop_);
  EXPECT_NE(loop_.run(transaction.query(backend_pid, {})).integer(0, 0), pid);
  loop_.run(transaction.commit());
}

TEST_F(PostgresFailure, AStatementThatMayHaveRunIsNotSentTwice) {
  Pool pool(loop_, server_.settings(1));
  ask(pool, insert_thing, thing(1, "first"));  // prepared from now on
  const auto pid = ask(pool, backend_pid).integer(0, 0);
  ::kill(static_cast<pid_t>(pid), SIGSTOP);
  Started<Result> call(pool.query(insert_thing, thing(2, "second")));
  ::kill(static_cast<pid_t>(pid), SIGTERM);
  ::kill(static_cast<pid_t>(pid), SIGCONT);
  EXPECT_THROW(call.wait(loop_), Unavailable);
}

TEST_F(PostgresFailure, TheSamePoolWorksAfterTheServerIsRestarted) {
  Pool pool(loop_, server_.settings(2));
  {
    Started<Result> one(pool.query(select_one, {}));
    Started<Result> other(pool.query(select_one, {}));
    one.wait(loop_);
    other.wait(loop_);
  }
  EXPECT_EQ(pool.counts().idle, 2U);
  server_.restart();
  EXPECT_EQ(ask(pool, select_one).integer(0, 0), 1);

  Transaction lost = loop_.run(pool.begin(Isolation::serializable));
  loop_.run(lost.query(insert_thing, thing(1, "lost")));
  server_.restart();
  EXPECT_THROW(loop_.run(lost.commit()), Unavailable);
  EXPECT_EQ(ask(pool, count_things).integer(0, 0), 0);
}

TEST_F(PostgresFailure, AnAbsentServerFailsFastAndIsFoundAgain) {
  Pool pool(loop_, server_.settings(2));
  server_.stop();
  EXPECT_LT(time_of([&] { EXPECT_NE(unavailable(pool, select_one), ""); }), Milliseconds{1000});
  for (int i = 0; i < 100; ++i) EXPECT_NE(unavailable(pool, select_one), "");
  server_.start();
  const auto found = time_of([&] {
    while (!unavailable(pool, select_one).empty()) loop_.run(sleep(Milliseconds{20}));
  });
  EXPECT_LT(found, Milliseconds{3000});
}

TEST_F(PostgresFailure, AnAbsentPort) {
  Pool pool(loop_, at("host=127.0.0.1 user=tester port=" + std::to_string(free_port())));
  EXPECT_LT(time_of([&] {
              EXPECT_NE(unavailable(pool, select_one).find("Connection refused"),
                        std::string::npos);
            }),
            Milliseconds{1000});
}

TEST_F(PostgresFailure, ASilentServerCostsOneCallerItsTimeAndNotAll) {
  const SilentServer silent;
  Pool pool(loop_, at(silent.conninfo(), Milliseconds{300}));
  const auto first = time_of([&] { EXPECT_NE(unavailable(pool, select_one), ""); });
  EXPECT_GE(first, Milliseconds{300});
  EXPECT_LT(first, Milliseconds{1500});
  const auto held_off = time_of([&] {
    for (int i = 0; i < 50; ++i) EXPECT_NE(unavailable(pool, select_one), "");
  });
  EXPECT_LT(held_off, Milliseconds{90});
  loop_.run(sleep(Milliseconds{110}));
  Started<Result> probe(pool.query(select_one, {}));  // the one that tries
  EXPECT_FALSE(probe.settled());
  EXPECT_LT(time_of([&] { EXPECT_NE(unavailable(pool, select_one), ""); }), Milliseconds{100});
  EXPECT_THROW(probe.wait(loop_), Unavailable);
  EXPECT_EQ(pool.counts().in_use, 0U);
}

TEST_F(PostgresFailure, AConnectionThatIsNotMadeYetIsNotTakenForOneWhenTheWorkerLeaves) {
  const SilentServer full(0);
  // The kernel answers no more than the queue holds: who comes later stays in the handshake.
  std::list<Pool> fillers;
  std::list<Started<Result>> calls;
  for (int i = 0; i < 3; ++i) {
    fillers.emplace_back(loop_, at(full.conninfo(), Milliseconds{500}));
    calls.emplace_back(fillers.back().query(select_one, {}));
  }
  loop_.begin_leaving();
  loop_.begin_leaving();  // as with worker_shutdown_timeout
  for (auto& call : calls) {
    try {
      call.wait(loop_);
      FAIL() << "answered";
    } catch (const Unavailable& failure) {
      EXPECT_STREQ(failure.what(), "postgres: no connection in time");
    }
  }
}

TEST_F(PostgresFailure, TheSecondHostIsTriedWhenTheFirstRefuses) {
  const std::string ports = " user=tester dbname=postgres port=" + std::to_string(free_port()) +
                            "," + std::to_string(server_.port());
  for (const std::string hosts : {"hostaddr=127.0.0.1,127.0.0.1", "host=127.0.0.1,127.0.0.1"}) {
    Pool pool(loop_, at(hosts + ports));
    EXPECT_EQ(ask(pool, select_one).integer(0, 0), 1);
  }
}

TEST_F(PostgresFailure, PasswordsByScram) {
  const std::string who =
      "host=127.0.0.1 user=guarded dbname=postgres port=" + std::to_string(server_.port());
  Pool right(loop_, at(who + " password='mat khau'"));
  EXPECT_EQ(ask(right, select_one).integer(0, 0), 1);
  Pool wrong(loop_, at(who + " password=sai-mat-khau"));
  const std::string cause = unavailable(wrong, select_one);
  EXPECT_NE(cause.find("password authentication failed"), std::string::npos) << cause;
  EXPECT_EQ(cause.find("sai-mat-khau"), std::string::npos);
  Pool none(loop_, at(who + " passfile=/nonexistent"));
  EXPECT_NE(unavailable(none, select_one), "");
}

TEST_F(PostgresFailure, TheServerEndsAStatementThatTakesTooLong) {
  Pool pool(loop_, at(server_.by_socket(), Milliseconds{500}));
  const auto taken =
      time_of([&] { EXPECT_NE(unavailable(pool, sleep_long).find("57014"), std::string::npos); });
  EXPECT_GE(taken, Milliseconds{450});
  EXPECT_LT(taken, Milliseconds{2000});
  EXPECT_EQ(pool.counts().idle, 1U);  // it is as good as new
}

TEST_F(PostgresFailure, AServerThatStopsAnsweringIsGivenUp) {
  Pool pool(loop_, at(server_.by_socket(), Milliseconds{300}));
  const auto pid = ask(pool, backend_pid).integer(0, 0);
  ::kill(static_cast<pid_t>(pid), SIGSTOP);
  const auto taken = time_of([&] {
    EXPECT_NE(unavailable(pool, backend_pid).find("no answer in time"), std::string::npos);
  });
  ::kill(static_cast<pid_t>(pid), SIGCONT);
  EXPECT_GE(taken, Milliseconds{300});
  EXPECT_LT(taken, Milliseconds{2000});
  EXPECT_EQ(pool.counts().idle, 0U);
  EXPECT_EQ(ask(pool, select_one).integer(0, 0), 1);
}

TEST_F(PostgresFailure, TheServerEndsATransactionThatLiesIdle) {
  Pool pool(loop_, at(server_.by_socket(), Milliseconds{100}));
  Transaction idle = loop_.run(pool.begin(Isolation::read_committed));
  wait_for([this] { return server_.sessions() == 0; }, "the session's end");
  EXPECT_THROW(loop_.run(idle.query(select_one, {})), Unavailable);
}

TEST_F(PostgresFailure, TooManyConnections) {
  server_.sql("create role crowded login connection limit 1");
  const std::string who =
      "host=127.0.0.1 user=crowded dbname=postgres port=" + std::to_string(server_.port());
  Pool first(loop_, at(who));
  Pool second(loop_, at(who));
  Transaction holder = loop_.run(first.begin(Isolation::read_committed));
  EXPECT_NE(unavailable(second, select_one).find("too many connections"), std::string::npos);
  loop_.run(holder.rollback());
  first.close();
  server_.sql("drop role crowded");
}

}  // namespace
}  // namespace vneid::test
