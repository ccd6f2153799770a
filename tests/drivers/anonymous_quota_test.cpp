// How much is kept for who has proven nothing, on a real Redis.

#include "session/anonymous_quota.hpp"

#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "async/epoll_loop.hpp"
#include "drivers/support/redis_server.hpp"
#include "drivers/support/session_index.hpp"
#include "net/redis/client.hpp"
#include "net/unavailable.hpp"

namespace vneid::test {
namespace {

class Quota : public testing::Test {
 protected:
  bool admit(const std::string& address, std::size_t bytes) {
    return loop_.run(quota_.admit(address, bytes));
  }
  std::string script(std::string lua) {
    const auto reply = loop_.run(redis_.call({"EVAL", std::move(lua), "0"}));
    return reply.type == redis::Reply::Type::integer ? std::to_string(reply.integer) : reply.text;
  }

  EpollLoop loop_;
  RedisServer server_;
  redis::Client redis_{loop_, server_.by_socket()};
  std::shared_ptr<const crypto::KeyRing> keys_ = new_key_ring();
  AnonymousQuota quota_{redis_, keys_, {.address = 1000, .total = 2500}};
};

TEST_F(Quota, IsAnAddressesOwn) {
  EXPECT_TRUE(admit("192.0.2.1", 600));
  EXPECT_FALSE(admit("192.0.2.1", 600));
  EXPECT_TRUE(admit("192.0.2.1", 400)) << "what does not fit takes nothing";
  EXPECT_TRUE(admit("192.0.2.2", 1000));
  EXPECT_TRUE(admit("2001:db8::1", 400));
  EXPECT_FALSE(admit("2001:db8::2", 700)) << "the same subscriber";
}

TEST_F(Quota, HasABudgetOverAll) {
  for (const char* address : {"192.0.2.1", "192.0.2.2"}) EXPECT_TRUE(admit(address, 1000));
  EXPECT_TRUE(admit("192.0.2.3", 500));
  EXPECT_FALSE(admit("192.0.2.4", 1));
}

TEST_F(Quota, OfOneWhoIsOverHisShareTakesNothingOfTheOthers) {
  EXPECT_TRUE(admit("192.0.2.1", 1000));
  for (int i = 0; i < 50; ++i) EXPECT_FALSE(admit("192.0.2.1", 1000));
  EXPECT_TRUE(admit("192.0.2.2", 1000));
}

TEST_F(Quota, EndsWithItsWindowAndTellsNoAddress) {
  EXPECT_TRUE(admit("192.0.2.1", 1000));
  EXPECT_FALSE(admit("192.0.2.1", 1));
  const std::string ends = script(
      "local least = 1e12 for _, k in ipairs(redis.call('KEYS', '*')) do"
      " least = math.min(least, redis.call('PTTL', k)) end return least");
  EXPECT_GT(std::stoll(ends), 0);
  EXPECT_LE(std::stoll(ends), 600'000);
  EXPECT_EQ(script("return #redis.call('KEYS', '*192.0.2*')"), "0");
  script("for _, k in ipairs(redis.call('KEYS', '*')) do redis.call('DEL', k) end return 0");
  EXPECT_TRUE(admit("192.0.2.1", 1000));
}

TEST_F(Quota, WithoutRedisIsUnknown) {
  server_.kill();
  EXPECT_THROW(admit("192.0.2.1", 1), Unavailable);
}

}  // namespace
}  // namespace vneid::test
