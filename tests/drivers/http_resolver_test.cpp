#include <arpa/inet.h>
#include <atomic>
#include <cstring>
#include <dlfcn.h>
#include <netdb.h>
#include <string>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include <curl/curl.h>
#include <gtest/gtest.h>

#include "drivers/support/http_exchanges.hpp"

namespace {

std::atomic<int> slow_lookups{0};

using Resolve = int (*)(const char*, const char*, const addrinfo*, addrinfo**);

Resolve real_getaddrinfo() { return reinterpret_cast<Resolve>(::dlsym(RTLD_NEXT, "getaddrinfo")); }

}  // namespace

// Takes libc's place for libcurl's resolver threads, for two names of this test: one whose name
// server does not answer, and one with two addresses.
extern "C" __attribute__((visibility("default"))) int getaddrinfo(const char* node,
                                                                  const char* service,
                                                                  const addrinfo* hints,
                                                                  addrinfo** found) {
  static const Resolve next = real_getaddrinfo();
  const std::string name = node == nullptr ? "" : node;
  if (name == "slow.vneid.test") {
    ++slow_lookups;
    std::this_thread::sleep_for(std::chrono::seconds{2});
    --slow_lookups;
    return EAI_AGAIN;
  }
  if (name != "two.vneid.test") return next(node, service, hints, found);
  addrinfo* second = nullptr;
  const int status = next("127.0.0.2", service, hints, found);
  if (status != 0 || next("127.0.0.1", service, hints, &second) != 0) return EAI_FAIL;
  (*found)->ai_next = second;
  return 0;
}

namespace vneid::test {
namespace {

using Clock = std::chrono::steady_clock;

/// 127.0.0.2, on a port where the queue of connections is full: the kernel answers no more.
class SilentAddress {
 public:
  explicit SilentAddress(const std::string& port) {
    address_.sin_family = AF_INET;
    address_.sin_port = htons(static_cast<std::uint16_t>(std::stoi(port)));
    ::inet_pton(AF_INET, "127.0.0.2", &address_.sin_addr);
    const int listener = open();
    const auto* generic = reinterpret_cast<const sockaddr*>(&address_);
    if (::bind(listener, generic, sizeof(address_)) != 0 || ::listen(listener, 0) != 0) {
      throw std::runtime_error("cannot listen on 127.0.0.2");
    }
    for (int i = 0; i < 8; ++i) static_cast<void>(::connect(open(), generic, sizeof(address_)));
  }
  SilentAddress(const SilentAddress&) = delete;
  SilentAddress& operator=(const SilentAddress&) = delete;
  ~SilentAddress() { close(); }
  /// Refuses from now on, also those that asked before.
  void close() {
    for (const int fd : sockets_) ::close(fd);
    sockets_.clear();
  }

 private:
  int open() {
    sockets_.push_back(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    return sockets_.back();
  }
  sockaddr_in address_{};
  std::vector<int> sockets_;
};

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
            std::string{"absent.invalid: "} + curl_easy_strerror(CURLE_COULDNT_RESOLVE_HOST));
}

/// libcurl closes the first address's socket and opens the second's, which gets the same number.
TEST(HttpResolver, TheFirstAddressDoesNotAnswerOrRefusesLate) {
  const HttpServer server;
  for (const bool refuses : {false, true}) {
    SilentAddress silent(server.port());
    EpollLoop loop;
    http::Client client(loop);
    Started<http::IncomingResponse> started(
        client.send({.url = "http://two.vneid.test:" + server.port() + "/slow?100",
                     .timeout = Milliseconds{refuses ? 10'000 : 3'000}}));
    int turns = 0;
    while (turns++ < 100 && !started.settled()) {
      // One turn that may wait; the connection to the first address has begun after a few.
      loop.run_until([waited = false]() mutable { return std::exchange(waited, true); });
      if (refuses && turns == 5) silent.close();
    }
    ASSERT_TRUE(started.settled()) << "turns in vain";
    const Exchanged got = result_of(loop, started);
    ASSERT_TRUE(got.response) << got.failure;
    EXPECT_EQ(got.response->body, "at last");
    EXPECT_EQ(loop.io_waits(), 0U);
  }
}

}  // namespace
}  // namespace vneid::test
