#include <atomic>
#include <cstring>
#include <dlfcn.h>
#include <netdb.h>
#include <thread>

#include <gtest/gtest.h>

#include "drivers/support/http_exchanges.hpp"

namespace {
std::atomic<int> slow_lookups{0};
}

// Takes libc's place for libcurl's resolver threads: a name server that does not answer.
extern "C" __attribute__((visibility("default"))) int getaddrinfo(const char* node,
                                                                  const char* service,
                                                                  const addrinfo* hints,
                                                                  addrinfo** found) {
  if (node != nullptr && std::strcmp(node, "slow.vneid.test") == 0) {
    ++slow_lookups;
    std::this_thread::sleep_for(std::chrono::seconds{2});
    --slow_lookups;
    return EAI_AGAIN;
  }
  using Function = int (*)(const char*, const char*, const addrinfo*, addrinfo**);
  static const auto next = reinterpret_cast<Function>(::dlsym(RTLD_NEXT, "getaddrinfo"));
  return next(node, service, hints, found);
}

namespace vneid::test {
namespace {

using Clock = std::chrono::steady_clock;

/// Resolution cannot be interrupted; giving up must not wait for it, or the worker stands still.
TEST(HttpResolver, GivingUpDoesNotWaitForTheNameServer) {
  EpollLoop loop;
  http::Client client(loop);
  const auto begun = Clock::now();
  const Exchanged timed_out =
      exchange(loop, client, {.url = "http://slow.vneid.test/", .timeout = Milliseconds{100}});
  EXPECT_EQ(timed_out.failure, "slow.vneid.test: Timeout was reached");
  {
    Started<http::IncomingResponse> abandoned(client.send({.url = "http://slow.vneid.test/"}));
    for (int i = 0; i < 5; ++i) loop.poll();
    wait_for([] { return slow_lookups.load() == 2; }, "the second look-up");
  }
  client.close();
  EXPECT_LT(Clock::now() - begun, std::chrono::milliseconds{1500});
  EXPECT_EQ(loop.io_waits() + loop.timers(), 0U);
  wait_for([] { return slow_lookups.load() == 0; }, "the look-ups' end");
}

TEST(HttpResolver, ANameThatDoesNotExist) {
  EpollLoop loop;
  http::Client client(loop);
  EXPECT_EQ(exchange(loop, client, {.url = "http://absent.invalid/"}).failure,
            "absent.invalid: Couldn't resolve host name");
}

}  // namespace
}  // namespace vneid::test
