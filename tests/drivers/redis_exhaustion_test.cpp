#include <gtest/gtest.h>

#include "drivers/support/limited_loop.hpp"
#include "drivers/support/redis_server.hpp"
#include "drivers/support/started.hpp"
#include "net/unavailable.hpp"

namespace vneid::test {
namespace {

TEST(RedisExhaustion, AFullLoopIsUnavailableAndLeavesNothingBehind) {
  const RedisServer server;
  int answered = 0;
  for (int registrations = 0; registrations < 8; ++registrations) {
    LimitedLoop loop(registrations);
    redis::Client client(loop, server.by_socket());
    Started<redis::Reply> call(client.call({"PING"}));
    settle_in(loop, call);
    try {
      EXPECT_EQ(call.take().text, "PONG");
      ++answered;
    } catch (const Unavailable& failure) {
      EXPECT_NE(std::string(failure.what()).find("no free connection slot"), std::string::npos);
      EXPECT_EQ(loop.io_waits(), 0U);
    }
    EXPECT_EQ(loop.timers(), 0U);
  }
  EXPECT_GT(answered, 0);
  EXPECT_LT(answered, 8);
}

TEST(RedisExhaustion, ADescriptorIsLetGoOfBeforeItIsClosed) {
  RedisServer server;
  for (int turns = 0; turns < 12; ++turns) {
    LimitedLoop loop(1000);
    {
      redis::Client client(loop, server.by_socket());
      const Started<redis::Reply> call(client.call({"PING"}));
      for (int i = 0; i < turns; ++i) loop.turn();
    }
    EXPECT_FALSE(loop.withdrawn_too_late()) << turns;
    EXPECT_EQ(loop.io_waits() + loop.timers(), 0U);
  }
}

}  // namespace
}  // namespace vneid::test
