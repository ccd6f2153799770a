#include <optional>
#include <vector>

#include <gtest/gtest.h>

#include "drivers/support/redis_calls.hpp"
#include "drivers/support/redis_server.hpp"

namespace vneid::test {
namespace {

class RedisAbandon : public testing::Test {
 protected:
  static void SetUpTestSuite() { server_ = std::make_unique<RedisServer>(); }
  static void TearDownTestSuite() { server_.reset(); }
  void SetUp() override { server_->ask({"FLUSHALL"}); }

  /// Each turn waits for one event at least, so that every stage is met.
  void turn(int turns) {
    loop_.run_until([&turns] { return turns-- == 0; });
  }
  /// Lets what was called be written, and waits for nothing.
  void write_out() {
    for (int turns = 0; turns < 3; ++turns) loop_.poll();
  }

  static std::unique_ptr<RedisServer> server_;
  EpollLoop loop_;
};
std::unique_ptr<RedisServer> RedisAbandon::server_;

TEST_F(RedisAbandon, AtEveryStageOfACall) {
  for (const auto& settings : {server_->by_socket(), server_->by_port()}) {
    bool settled = false;
    for (int turns = 0; !settled; ++turns) {
      ASSERT_LT(turns, 50);
      redis::Client client(loop_, settings);
      {
        Started<redis::Reply> call(client.call({"ECHO", "abandoned"}));
        Started<std::vector<redis::Reply>> transaction(
            client.transaction({{"ECHO", "a"}, {"ECHO", "b"}}));
        turn(turns);
        settled = call.settled() && transaction.settled();
      }
      turn_until(loop_, [&] { return loop_.timers() == 0 && loop_.nothing_posted(); });
      EXPECT_LE(loop_.io_waits(), 1U);
      EXPECT_EQ(text(loop_, client, {"ECHO", "mine"}), "mine");
      drain(loop_, 1);
      client.close();
      drain(loop_, 0);
    }
  }
}

TEST_F(RedisAbandon, TheCallerBehindStillGetsItsOwnAnswer) {
  redis::Client client(loop_, server_->by_port());
  EXPECT_EQ(text(loop_, client, {"PING"}), "PONG");
  server_->ask({"CLIENT", "PAUSE", "200", "ALL"});
  std::optional<Started<redis::Reply>> first(std::in_place, client.call({"ECHO", "first"}));
  Started<redis::Reply> second(client.call({"ECHO", "second"}));
  std::optional<Started<std::vector<redis::Reply>>> third(std::in_place,
                                                          client.transaction({{"ECHO", "x"}}));
  Started<redis::Reply> fourth(client.call({"ECHO", "fourth"}));
  write_out();
  first.reset();
  third.reset();
  EXPECT_EQ(second.wait(loop_).text, "second");
  EXPECT_EQ(fourth.wait(loop_).text, "fourth");
  drain(loop_, 1);
}

TEST_F(RedisAbandon, WhatWasNotSentYetIsNotSent) {
  redis::Client client(loop_, server_->by_socket());
  std::optional<Started<redis::Reply>> first(std::in_place, client.call({"SET", "stray", "1"}));
  Started<redis::Reply> second(client.call({"PING"}));
  first.reset();
  EXPECT_EQ(second.wait(loop_).text, "PONG");
  EXPECT_EQ(server_->ask({"EXISTS", "stray"}), "0");
  drain(loop_, 1);
}

TEST_F(RedisAbandon, AStalledConnectionIsDroppedAlsoWhenNobodyWaits) {
  auto settings = server_->by_socket();
  settings.timeout = Milliseconds{100};
  redis::Client client(loop_, settings);
  EXPECT_EQ(text(loop_, client, {"PING"}), "PONG");
  server_->ask({"CLIENT", "PAUSE", "400", "ALL"});
  {
    Started<redis::Reply> call(client.call({"PING"}));
  }
  drain(loop_, 0);
}

TEST_F(RedisAbandon, TheClientGoesFirst) {
  std::optional<redis::Client> client(std::in_place, loop_, server_->by_socket());
  EXPECT_EQ(text(loop_, *client, {"PING"}), "PONG");
  server_->ask({"CLIENT", "PAUSE", "100", "ALL"});
  Started<redis::Reply> sent(client->call({"PING"}));
  write_out();
  Started<redis::Reply> unsent(client->call({"PING"}));
  {
    Started<redis::Reply> abandoned(client->call({"PING"}));
  }
  client.reset();
  EXPECT_NE(answer_of(loop_, sent).unavailable, "");
  EXPECT_NE(answer_of(loop_, unsent).unavailable, "");
  drain(loop_, 0);
}

TEST_F(RedisAbandon, ClosedForGood) {
  redis::Client client(loop_, server_->by_socket());
  Started<redis::Reply> waiting(client.call({"PING"}));
  client.close();
  EXPECT_NE(answer_of(loop_, waiting).unavailable.find("closed"), std::string::npos);
  EXPECT_NE(ask(loop_, client, {"PING"}).unavailable.find("closed"), std::string::npos);
  drain(loop_, 0);
}

TEST_F(RedisAbandon, ALeavingWorkerKeepsNoIdleConnection) {
  redis::Client client(loop_, server_->by_socket());
  EXPECT_EQ(text(loop_, client, {"PING"}), "PONG");
  drain(loop_, 1);
  loop_.begin_leaving();
  drain(loop_, 0);
  // A flow in progress may still need Redis; nothing stays behind it.
  EXPECT_EQ(text(loop_, client, {"PING"}), "PONG");
  drain(loop_, 0);
}

TEST_F(RedisAbandon, ALeavingWorkerFinishesWhatWaits) {
  redis::Client client(loop_, server_->by_socket());
  EXPECT_EQ(text(loop_, client, {"PING"}), "PONG");
  server_->ask({"CLIENT", "PAUSE", "100", "ALL"});
  Started<redis::Reply> waiting(client.call({"ECHO", "late"}));
  write_out();
  EXPECT_FALSE(waiting.settled());
  loop_.begin_leaving();
  EXPECT_EQ(waiting.wait(loop_).text, "late");
  drain(loop_, 0);
}

}  // namespace
}  // namespace vneid::test
