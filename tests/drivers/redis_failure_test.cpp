#include <vector>

#include <gtest/gtest.h>

#include "drivers/support/redis_calls.hpp"
#include "drivers/support/redis_server.hpp"
#include "net/redis/back_off.hpp"

namespace vneid::test {
namespace {

using Clock = std::chrono::steady_clock;

/// Calls until Redis answers again; how often that failed.
int failures_until_answered(EpollLoop& loop, redis::Client& client) {
  const auto deadline = Clock::now() + std::chrono::seconds{10};
  for (int failures = 0;; ++failures) {
    if (ask(loop, client, {"PING"}).reply) return failures;
    if (Clock::now() > deadline) throw std::runtime_error("redis does not come back");
    std::this_thread::sleep_for(std::chrono::milliseconds{5});
  }
}

TEST(RedisFailure, ServerAbsent) {
  TemporaryFolder folder;
  EpollLoop loop;
  redis::Settings by_port;
  by_port.address = "127.0.0.1";
  by_port.port = free_port();
  redis::Settings by_socket;
  by_socket.unix_path = folder.file("absent.sock");
  for (const auto& settings : {by_port, by_socket}) {
    redis::Client client(loop, settings);
    const auto begun = Clock::now();
    EXPECT_NE(ask(loop, client, {"PING"}).unavailable, "");
    // While backing off nothing is tried, and so nothing waits.
    Started<redis::Reply> second(client.call({"PING"}));
    EXPECT_TRUE(second.settled());
    EXPECT_NE(answer_of(loop, second).unavailable.find("was just away"), std::string::npos);
    EXPECT_LT(Clock::now() - begun, std::chrono::milliseconds{250});
    drain(loop, 0);
  }
}

TEST(RedisFailure, BackOffGrowsWithinItsBounds) {
  redis::BackOff back_off;
  const Monotonic now{std::chrono::hours{1}};
  EXPECT_TRUE(back_off.over(now));
  for (int failure = 0; failure < 40; ++failure) {
    back_off.failed(now);
    EXPECT_FALSE(back_off.over(now + Milliseconds{49}));
    EXPECT_TRUE(back_off.over(now + Milliseconds{5'000}));
    if (failure == 0) EXPECT_TRUE(back_off.over(now + Milliseconds{50}));
    if (failure > 8) EXPECT_FALSE(back_off.over(now + Milliseconds{2'400}));
  }
  back_off.succeeded();
  back_off.failed(now);
  EXPECT_TRUE(back_off.over(now + Milliseconds{50}));
}

TEST(RedisFailure, AWrongDatabaseLetsNothingIntoAnotherOne) {
  RedisServer server;
  EpollLoop loop;
  auto settings = server.by_socket();
  settings.database = 99;
  redis::Client client(loop, settings);
  const Answer answer = ask(loop, client, {"SET", "stray", "1"});
  EXPECT_NE(answer.unavailable.find("SELECT refused"), std::string::npos);
  EXPECT_EQ(server.ask({"EXISTS", "stray"}), "0");
}

TEST(RedisFailure, APausedServerCostsOneTimeoutAndComesBack) {
  RedisServer server;
  EpollLoop loop;
  auto settings = server.by_port();
  settings.timeout = Milliseconds{150};
  redis::Client client(loop, settings);
  EXPECT_EQ(text(loop, client, {"PING"}), "PONG");

  server.ask({"CLIENT", "PAUSE", "700", "ALL"});
  const auto begun = Clock::now();
  const Answer answer = ask(loop, client, {"PING"});
  const auto waited = Clock::now() - begun;
  EXPECT_NE(answer.unavailable.find("no reply in time"), std::string::npos);
  EXPECT_GE(waited, Milliseconds{150});
  EXPECT_LT(waited, Milliseconds{600});
  EXPECT_GT(failures_until_answered(loop, client), 0);
  drain(loop, 1);
}

TEST(RedisFailure, AServerThatHangsDuringTheHandshakeIsGivenUp) {
  RedisServer server;
  EpollLoop loop;
  auto settings = server.by_port();
  settings.timeout = Milliseconds{150};
  redis::Client client(loop, settings);
  server.signal(SIGSTOP);  // the kernel still accepts
  EXPECT_NE(ask(loop, client, {"PING"}).unavailable.find("no reply in time"), std::string::npos);
  drain(loop, 0);
  server.signal(SIGCONT);
  failures_until_answered(loop, client);
}

TEST(RedisFailure, KilledWhileCommandsWaitAndStartedAgain) {
  RedisServer server;
  EpollLoop loop;
  redis::Client client(loop, server.by_socket());
  EXPECT_EQ(text(loop, client, {"PING"}), "PONG");
  for (int round = 0; round < 3; ++round) {
    server.ask({"CLIENT", "PAUSE", "60000", "ALL"});
    std::vector<Started<redis::Reply>> calls;
    for (int i = 0; i < 50; ++i) calls.emplace_back(client.call({"INCR", "n"}));
    for (int turns = 0; turns < 5; ++turns) loop.poll();
    server.kill();
    for (auto& call : calls) EXPECT_NE(answer_of(loop, call).unavailable, "");
    drain(loop, 0);
    EXPECT_NE(ask(loop, client, {"PING"}).unavailable, "");
    server.start();
    failures_until_answered(loop, client);
  }
  drain(loop, 1);
}

TEST(RedisFailure, AConnectionTheServerClosedIsMadeAgainUnnoticed) {
  RedisServer server;
  EpollLoop loop;
  redis::Client client(loop, server.by_socket());
  for (int round = 0; round < 5; ++round) {
    EXPECT_EQ(text(loop, client, {"PING"}), "PONG");
    drain(loop, 1);
    server.ask({"CLIENT", "KILL", "SKIPME", "yes"});
    drain(loop, 0);
  }
}

TEST(RedisFailure, StatesInWhichNothingMayBeTakenForAbsent) {
  RedisServer server({"replica-serve-stale-data no"});
  EpollLoop loop;
  redis::Client client(loop, server.by_socket());
  EXPECT_EQ(text(loop, client, {"SET", "a", "1"}), "OK");

  server.ask({"REPLICAOF", "127.0.0.1", "1"});
  EXPECT_EQ(ask(loop, client, {"GET", "a"}).unavailable, "redis answered MASTERDOWN");
  server.ask({"CONFIG", "SET", "replica-serve-stale-data", "yes"});
  EXPECT_EQ(ask(loop, client, {"SET", "a", "1"}).unavailable, "redis answered READONLY");
  Started<std::vector<redis::Reply>> transaction(client.transaction({{"SET", "a", "1"}}));
  EXPECT_THROW(transaction.wait(loop), Unavailable);
  server.ask({"REPLICAOF", "NO", "ONE"});

  server.ask({"CONFIG", "SET", "maxmemory", "1"});
  EXPECT_EQ(ask(loop, client, {"SET", "b", "1"}).unavailable, "redis answered OOM");
  server.ask({"CONFIG", "SET", "maxmemory", "0"});
  EXPECT_EQ(text(loop, client, {"GET", "a"}), "1");
}

TEST(RedisFailure, AServerThatLoadsItsData) {
  RedisServer server({"key-load-delay 1000", "loading-process-events-interval-bytes 1024"});
  EpollLoop loop;
  redis::Client client(loop, server.by_socket());
  EXPECT_EQ(text(loop, client, {"DEBUG", "POPULATE", "20000"}), "OK");
  EXPECT_EQ(text(loop, client, {"SAVE"}), "OK");
  server.kill();
  drain(loop, 0);
  server.start();
  const auto deadline = Clock::now() + std::chrono::seconds{10};
  Answer answer;
  do {
    answer = ask(loop, client, {"GET", "key:1"});
  } while (answer.unavailable.find("was just away") != std::string::npos &&
           Clock::now() < deadline);
  EXPECT_NE(answer.unavailable.find("LOADING"), std::string::npos) << answer.unavailable;
}

TEST(RedisFailure, ARefusedConnectionIsNotTakenForAnAnswer) {
  RedisServer server({"maxclients 1"});
  EpollLoop loop;
  redis::Client first(loop, server.by_socket());
  EXPECT_EQ(text(loop, first, {"PING"}), "PONG");
  redis::Client second(loop, server.by_socket());
  const Answer answer = ask(loop, second, {"GET", "a"});
  EXPECT_FALSE(answer.reply);
  EXPECT_NE(answer.unavailable, "");
}

}  // namespace
}  // namespace vneid::test
