#include <gtest/gtest.h>

#include "drivers/support/limited_loop.hpp"
#include "drivers/support/started.hpp"
#include "drivers/support/tls_server.hpp"
#include "net/http/client.hpp"

namespace vneid::test {
namespace {

TEST(HttpExhaustion, AFullLoopFailsTheExchangeAndLeavesNothingBehind) {
  const HttpServer server;
  int answered = 0;
  int failed = 0;
  for (int registrations = 0; answered == 0; ++registrations) {
    ASSERT_LT(registrations, 1000);
    LimitedLoop loop(registrations);
    http::Client client(loop);
    Started<http::IncomingResponse> call(client.send({.url = server.url("/slow?20")}));
    settle_in(loop, call);
    try {
      EXPECT_EQ(call.take().body, "at last");
      ++answered;
    } catch (const http::ExchangeFailed& failure) {
      EXPECT_STREQ(failure.what(), "127.0.0.1: the worker has no free connection slot");
      ++failed;
    }
    EXPECT_EQ(loop.io_waits(), 0U);
    EXPECT_EQ(loop.timers(), 1U);  // the idle one
  }
  EXPECT_GT(failed, 0);
}

TEST(HttpExhaustion, ADescriptorIsLetGoOfBeforeItIsClosed) {
  const HttpServer server;
  for (int turns = 0; turns < 40; ++turns) {
    LimitedLoop loop(1000);
    {
      http::Client client(loop);
      const Started<http::IncomingResponse> abandoned(client.send({.url = server.url("/slow?1")}));
      Started<http::IncomingResponse> call(client.send({.url = server.url("/silent")}));
      for (int i = 0; i < turns; ++i) loop.turn();
    }
    EXPECT_FALSE(loop.withdrawn_too_late()) << turns;
    EXPECT_EQ(loop.io_waits() + loop.timers(), 0U);
  }
}

}  // namespace
}  // namespace vneid::test
