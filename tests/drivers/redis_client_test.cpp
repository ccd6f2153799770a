#include <chrono>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "drivers/support/redis_calls.hpp"
#include "drivers/support/redis_server.hpp"

namespace vneid::test {
namespace {

using Type = redis::Reply::Type;

class RedisClient : public testing::Test {
 protected:
  static void SetUpTestSuite() { server_ = std::make_unique<RedisServer>(); }
  static void TearDownTestSuite() { server_.reset(); }
  void SetUp() override { server_->ask({"FLUSHALL"}); }

  static std::unique_ptr<RedisServer> server_;
  EpollLoop loop_;
};
std::unique_ptr<RedisServer> RedisClient::server_;

TEST_F(RedisClient, KeepsEveryByteOverBothKindsOfSocket) {
  const std::string value("a\0b\r\n\xff%s", 9);
  for (const auto& settings : {server_->by_socket(), server_->by_port()}) {
    redis::Client client(loop_, settings);
    const std::string key("k\0ey", 4);
    EXPECT_EQ(text(loop_, client, {"SET", key, value}), "OK");
    EXPECT_EQ(text(loop_, client, {"GET", key}), value);
    EXPECT_EQ(server_->ask({"GET", key}), value);
  }
}

TEST_F(RedisClient, TakesAnIpv6Address) {
  auto settings = server_->by_port();
  settings.address = "::1";
  redis::Client client(loop_, settings);
  const Answer answer = ask(loop_, client, {"PING"});
  // A machine without IPv6 refuses it at once.
  EXPECT_TRUE(answer.reply || !answer.unavailable.ends_with("no reply in time"));
}

TEST_F(RedisClient, CarriesThreeMegabytesBothWays) {
  redis::Client client(loop_, server_->by_port());
  const std::string value(3'000'000, 'x');
  EXPECT_EQ(text(loop_, client, {"SET", "big", value}), "OK");
  EXPECT_EQ(text(loop_, client, {"GET", "big"}), value);
  drain(loop_, 1);
}

TEST_F(RedisClient, PipelinesAThousandCommandsOnOneConnection) {
  redis::Client client(loop_, server_->by_socket());
  std::vector<Started<redis::Reply>> calls;
  for (int i = 0; i < 1000; ++i) calls.emplace_back(client.call({"INCR", "n"}));
  for (int i = 0; i < 1000; ++i) {
    EXPECT_EQ(calls[static_cast<std::size_t>(i)].wait(loop_).integer, i + 1);
  }
  EXPECT_EQ(server_->clients(), 1);
  drain(loop_, 1);
}

TEST_F(RedisClient, GivesEachKindOfReply) {
  redis::Client client(loop_, server_->by_socket());
  EXPECT_TRUE(ask(loop_, client, {"GET", "absent"}).reply->is_nil());
  EXPECT_EQ(ask(loop_, client, {"PING"}).reply->type, Type::status);
  const redis::Reply array = loop_.run(
      client.call({"EVAL", "return {1, {'two', false}, redis.error_reply('BAD x')}", "0"}));
  ASSERT_EQ(array.type, Type::array);
  ASSERT_EQ(array.elements.size(), 3U);
  EXPECT_EQ(array.elements[0].integer, 1);
  EXPECT_EQ(array.elements[1].elements.at(0).text, "two");
  EXPECT_TRUE(array.elements[1].elements.at(1).is_nil());
  EXPECT_EQ(array.elements[2].type, Type::error);

  const Answer wrong = ask(loop_, client, {"LPUSH", "n"});
  ASSERT_TRUE(wrong.reply);
  EXPECT_EQ(wrong.reply->type, Type::error);
}

TEST_F(RedisClient, AnswersATransactionInOrder) {
  redis::Client client(loop_, server_->by_socket());
  Started<redis::Reply> other(client.call({"SET", "n", "41"}));
  const auto replies =
      loop_.run(client.transaction({{"INCR", "n"}, {"GET", "n"}, {"LPUSH", "n", "x"}}));
  ASSERT_EQ(replies.size(), 3U);
  EXPECT_EQ(replies[0].integer, 42);
  EXPECT_EQ(replies[1].text, "42");
  EXPECT_TRUE(replies[2].text.starts_with("WRONGTYPE"));
}

TEST_F(RedisClient, CarriesOutNothingOfATransactionWithABadCommand) {
  redis::Client client(loop_, server_->by_socket());
  const auto replies = loop_.run(client.transaction({{"SET", "a", "1"}, {"GET"}}));
  ASSERT_EQ(replies.size(), 2U);
  EXPECT_TRUE(replies[0].text.starts_with("EXECABORT")) << replies[0].text;
  EXPECT_TRUE(replies[1].text.starts_with("ERR wrong number of arguments")) << replies[1].text;
  EXPECT_EQ(replies[0].type, Type::error);
  EXPECT_EQ(server_->ask({"EXISTS", "a"}), "0");
  EXPECT_EQ(text(loop_, client, {"PING"}), "PONG");
}

TEST_F(RedisClient, UsesTheConfiguredDatabase) {
  auto settings = server_->by_socket();
  settings.database = 3;
  redis::Client client(loop_, settings);
  EXPECT_EQ(text(loop_, client, {"SET", client.key("a"), "1"}), "OK");
  EXPECT_EQ(server_->ask({"EXISTS", "vneid:a"}), "0");
  EXPECT_EQ(
      server_->ask({"EVAL", "redis.call('select', 3) return redis.call('get', 'vneid:a')", "0"}),
      "1");
}

TEST_F(RedisClient, RefusesCommandsThatChangeTheSharedConnection) {
  redis::Client client(loop_, server_->by_socket());
  for (const char* name : {"MULTI", "subscribe", "Monitor", "SELECT", "WATCH"}) {
    EXPECT_THROW(loop_.run(client.call({name, "x"})), std::invalid_argument) << name;
    EXPECT_THROW(loop_.run(client.transaction({{name, "x"}})), std::invalid_argument) << name;
  }
  EXPECT_THROW(loop_.run(client.call({})), std::invalid_argument);
  EXPECT_EQ(text(loop_, client, {"PING"}), "PONG");
}

TEST_F(RedisClient, RefusesAddressesThatWouldNeedANameServer) {
  for (const char* address : {"localhost", "redis.example", ""}) {
    auto settings = server_->by_port();
    settings.address = address;
    EXPECT_THROW(redis::Client(loop_, settings), std::invalid_argument) << address;
  }
  auto settings = server_->by_socket();
  settings.unix_path = "/" + std::string(120, 'x');
  EXPECT_THROW(redis::Client(loop_, settings), std::invalid_argument);
}

TEST_F(RedisClient, RefusesMoreThanTenThousandWaitingCommands) {
  redis::Client client(loop_, server_->by_socket());
  std::vector<Started<redis::Reply>> calls;
  for (int i = 0; i < 10'001; ++i) calls.emplace_back(client.call({"INCR", "n"}));
  EXPECT_TRUE(calls.back().settled());
  EXPECT_NE(answer_of(loop_, calls.back()).unavailable.find("too many"), std::string::npos);
  EXPECT_EQ(calls[9'999].wait(loop_).integer, 10'000);
  EXPECT_EQ(text(loop_, client, {"PING"}), "PONG");
}

TEST(RedisAuthentication, ByPasswordAndByAclUser) {
  RedisServer server({"requirepass open-sesame", "user citizen on >s3cret ~vneid:* +get +set"});
  EpollLoop loop;
  auto settings = server.by_port();
  settings.password = "open-sesame";
  settings.database = 2;
  redis::Client by_password(loop, settings);
  EXPECT_EQ(text(loop, by_password, {"PING"}), "PONG");

  settings.user = "citizen";
  settings.password = "s3cret";
  settings.database = 0;  // this user may not SELECT, and need not
  redis::Client by_user(loop, settings);
  EXPECT_EQ(text(loop, by_user, {"SET", by_user.key("a"), "1"}), "OK");
  // What a user may not read must not look absent.
  const Answer denied = ask(loop, by_user, {"GET", "elsewhere"});
  EXPECT_TRUE(denied.unavailable.starts_with("redis answered NOPERM; see \"user=\""));
  EXPECT_EQ(denied.kind, FailureKind::misconfigured);

  settings.password = "wrong-password";
  redis::Client refused(loop, settings);
  const Answer answer = ask(loop, refused, {"PING"});
  EXPECT_NE(answer.unavailable.find("AUTH refused: WRONGPASS"), std::string::npos);
  EXPECT_EQ(answer.unavailable.find("wrong-password"), std::string::npos);
  EXPECT_EQ(answer.kind, FailureKind::misconfigured);
  // While it backs off it has not become an outage.
  const Answer again = ask(loop, refused, {"PING"});
  EXPECT_NE(again.unavailable.find("AUTH refused: WRONGPASS"), std::string::npos);
  EXPECT_EQ(again.kind, FailureKind::misconfigured);
  drain(loop, 2);

  redis::Client without(loop, server.by_port());
  const Answer unknown = ask(loop, without, {"PING"});
  EXPECT_NE(unknown.unavailable.find("NOAUTH"), std::string::npos);
  EXPECT_EQ(unknown.kind, FailureKind::misconfigured);
}

TEST(RedisAuthentication, AServerThatIsNotSetUpForUs) {
  RedisServer server;
  EpollLoop loop;
  auto settings = server.by_socket();
  redis::Client client(loop, settings);
  const Answer old = ask(loop, client, {"GETEXX", "key"});  // as Redis before 6.2 answers GETEX
  EXPECT_EQ(old.kind, FailureKind::misconfigured);
  EXPECT_NE(old.unavailable.find("6.2 or newer"), std::string::npos);

  settings.password = "not-asked-for";
  redis::Client with_password(loop, settings);
  EXPECT_EQ(ask(loop, with_password, {"PING"}).kind, FailureKind::misconfigured);

  settings.password.clear();
  settings.database = 99;
  redis::Client elsewhere(loop, settings);
  EXPECT_EQ(ask(loop, elsewhere, {"PING"}).kind, FailureKind::misconfigured);

  server.kill();
  const Answer away = ask(loop, client, {"PING"});
  EXPECT_NE(away.unavailable, "");
  EXPECT_EQ(away.kind, FailureKind::refused);
}

TEST(RedisAuthentication, MayComeInAgainAfterItWasSetUp) {
  RedisServer server;
  EpollLoop loop;
  redis::Client client(loop, server.by_socket());
  server.ask({"CONFIG", "SET", "requirepass", "open-sesame"});
  EXPECT_EQ(ask(loop, client, {"PING"}).kind, FailureKind::misconfigured);
  server.kill();
  server.start();  // its configuration is gone
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{10};
  while (!ask(loop, client, {"PING"}).reply) {
    ASSERT_LT(std::chrono::steady_clock::now(), deadline);
    std::this_thread::sleep_for(std::chrono::milliseconds{5});
  }
}

}  // namespace
}  // namespace vneid::test
