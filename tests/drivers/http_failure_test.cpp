#include <sys/resource.h>

#include <curl/curl.h>
#include <gtest/gtest.h>

#include "drivers/support/http_exchanges.hpp"

namespace vneid::test {
namespace {

using Clock = std::chrono::steady_clock;

class HttpFailure : public testing::Test {
 protected:
  static void SetUpTestSuite() { server_ = std::make_unique<HttpServer>(); }
  static void TearDownTestSuite() { server_.reset(); }
  void TearDown() override {
    EXPECT_EQ(loop_.io_waits(), 0U);
    EXPECT_TRUE(loop_.nothing_posted());
    client_.close();
    EXPECT_EQ(loop_.timers(), 0U);
  }

  Exchanged get(const std::string& path, std::size_t max_body = 4096) {
    return exchange(
        loop_, client_,
        {.url = server_->url(path), .timeout = Milliseconds{20'000}, .max_body = max_body});
  }

  static std::unique_ptr<HttpServer> server_;
  EpollLoop loop_;
  http::Client client_{loop_};
};
std::unique_ptr<HttpServer> HttpFailure::server_;

TEST_F(HttpFailure, ABodyOverItsLimit) {
  EXPECT_EQ(get("/big?4096").response->body.size(), 4096U);
  EXPECT_EQ(get("/big?4097").failure, "127.0.0.1: the answer is too large");
  EXPECT_EQ(get("/big?100000000").failure, "127.0.0.1: the answer is too large");
  EXPECT_EQ(get("/chunked?4000").response->body.size(), 4000U);
  EXPECT_EQ(get("/chunked?5000").failure, "127.0.0.1: the answer is too large");
  EXPECT_EQ(get("/big?0", 0).response->body, "");
  EXPECT_EQ(get("/chunked?1000", 0).failure, "127.0.0.1: the answer is too large");
}

TEST_F(HttpFailure, ACompressedBodyOverItsLimit) {
  EXPECT_EQ(get("/gzip?4096").response->body, std::string(4096, '0'));
  EXPECT_EQ(get("/gzip?4097").failure, "127.0.0.1: the answer is too large");
  rusage before{};
  ::getrusage(RUSAGE_SELF, &before);
  EXPECT_EQ(get("/gzip?100000000", 90'000).failure, "127.0.0.1: the answer is too large");
  rusage after{};
  ::getrusage(RUSAGE_SELF, &after);
  EXPECT_LT(after.ru_maxrss - before.ru_maxrss, 20'000);  // kB
}

TEST_F(HttpFailure, HeadersOverTheirLimit) {
  EXPECT_EQ(get("/headers?60000").response->status, 200);
  EXPECT_EQ(get("/headers?70000").failure, "127.0.0.1: the answer's headers are too large");
}

TEST_F(HttpFailure, TooSlow) {
  for (const char* path : {"/slow?5000", "/drip"}) {
    const auto begun = Clock::now();
    const Exchanged got =
        exchange(loop_, client_,
                 {.url = server_->url(path), .timeout = Milliseconds{200}, .max_body = 1'000'000});
    EXPECT_EQ(got.failure, "127.0.0.1: Timeout was reached");
    EXPECT_GE(Clock::now() - begun, Milliseconds{190});
    EXPECT_LT(Clock::now() - begun, Milliseconds{1000});
  }
}

/// The two clocks need not agree: libcurl's is the system's.
TEST_F(HttpFailure, TooSlowWhenTheLoopsClockRunsAhead) {
  EpollLoop loop(VirtualClock{});
  http::Client client(loop);
  const auto begun = Clock::now();
  EXPECT_EQ(
      exchange(loop, client, {.url = server_->url("/slow?4000"), .timeout = Milliseconds{200}})
          .failure,
      "127.0.0.1: Timeout was reached");
  EXPECT_LT(Clock::now() - begun, Milliseconds{2000});
}

TEST_F(HttpFailure, CutOff) {
  for (const char* path : {"/cut", "/cut-chunked", "/silent"}) {
    const Exchanged got = get(path);
    EXPECT_FALSE(got.response) << path;
    EXPECT_TRUE(got.failure.starts_with("127.0.0.1: ")) << got.failure;
  }
}

TEST_F(HttpFailure, NobodyListens) {
  const std::string url = "http://127.0.0.1:" + std::to_string(free_port()) + "/token?code=secret";
  EXPECT_EQ(exchange(loop_, client_, {.url = url}).failure,
            std::string{"127.0.0.1: "} + curl_easy_strerror(CURLE_COULDNT_CONNECT));
}

TEST_F(HttpFailure, AServerThatIsKilledAndAnotherOnItsPlace) {
  auto server = std::make_unique<HttpServer>();
  ASSERT_TRUE(exchange(loop_, client_, {.url = server->url("/ok")}).response);
  Started<http::IncomingResponse> waiting(client_.send({.url = server->url("/slow?5000")}));
  for (int i = 0; i < 5; ++i) loop_.poll();
  server->kill();
  EXPECT_FALSE(result_of(loop_, waiting).response);
  EXPECT_FALSE(exchange(loop_, client_, {.url = server->url("/ok")}).response);
  EXPECT_TRUE(get("/ok").response);
}

TEST_F(HttpFailure, TheCallerGoesAtEveryStage) {
  bool settled = false;
  for (int turns = 0; !settled; ++turns) {
    ASSERT_LT(turns, 100);
    http::Client client(loop_);
    {
      Started<http::IncomingResponse> call(client.send({.url = server_->url("/ok")}));
      Started<http::IncomingResponse> other(client.send({.url = server_->url("/chunked?100000")}));
      int left = turns;
      loop_.run_until([&left] { return left-- == 0; });
      settled = call.settled() && other.settled();
    }
    EXPECT_EQ(loop_.io_waits(), 0U);
    EXPECT_TRUE(loop_.nothing_posted());
    EXPECT_EQ(loop_.timers(), 1U);  // the idle one
    EXPECT_TRUE(exchange(loop_, client, {.url = server_->url("/ok")}).response);
  }
}

TEST_F(HttpFailure, OneOfTwoCallersGoes) {
  Started<http::IncomingResponse> stays(client_.send({.url = server_->url("/slow?200")}));
  {
    Started<http::IncomingResponse> goes(client_.send({.url = server_->url("/slow?200")}));
    for (int i = 0; i < 5; ++i) loop_.poll();
  }
  EXPECT_EQ(stays.wait(loop_).body, "at last");
}

TEST_F(HttpFailure, TheClientGoesFirst) {
  std::optional<http::Client> client(std::in_place, loop_);
  Started<http::IncomingResponse> waiting(client->send({.url = server_->url("/slow?5000")}));
  for (int i = 0; i < 5; ++i) loop_.poll();
  client.reset();
  EXPECT_EQ(result_of(loop_, waiting).failure, "127.0.0.1: the HTTP client is closed");
  http::Client closed(loop_);
  closed.close();
  EXPECT_EQ(exchange(loop_, closed, {.url = server_->url("/ok")}).failure,
            "the HTTP client is closed");
}

}  // namespace
}  // namespace vneid::test
