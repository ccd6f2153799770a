#include <gtest/gtest.h>

#include "drivers/support/http_exchanges.hpp"

namespace vneid::test {
namespace {

class HttpClient : public testing::Test {
 protected:
  static void SetUpTestSuite() { server_ = std::make_unique<HttpServer>(); }
  static void TearDownTestSuite() { server_.reset(); }

  Exchanged get(const std::string& path) {
    return exchange(loop_, client_, {.url = server_->url(path)});
  }

  static std::unique_ptr<HttpServer> server_;
  EpollLoop loop_;
  http::Client client_{loop_};
};
std::unique_ptr<HttpServer> HttpClient::server_;

TEST_F(HttpClient, GivesStatusHeadersAndBody) {
  const Exchanged got = get("/ok");
  ASSERT_TRUE(got.response) << got.failure;
  EXPECT_EQ(got.response->status, 200);
  EXPECT_EQ(got.response->body, "xin chào");
  EXPECT_EQ(got.response->header("content-type"), "text/plain");
  EXPECT_EQ(got.response->header("x-thing"), "first");
  EXPECT_EQ(got.response->header("X-Thing"), "");
  EXPECT_EQ(loop_.io_waits(), 0U);
  EXPECT_EQ(loop_.timers(), 1U);  // the background one of the kept connection
}

TEST_F(HttpClient, AnAnswerOfAnyStatusIsAnAnswer) {
  for (const int status : {400, 404, 500, 503}) {
    const Exchanged got = get("/status?" + std::to_string(status));
    ASSERT_TRUE(got.response) << got.failure;
    EXPECT_EQ(got.response->status, status);
    EXPECT_EQ(got.response->body, "");
  }
  const Exchanged empty = get("/status?204");
  ASSERT_TRUE(empty.response) << empty.failure;
  EXPECT_EQ(empty.response->status, 204);
}

TEST_F(HttpClient, SendsMethodHeadersAndBody) {
  http::OutgoingRequest request{.method = "POST",
                                .url = server_->url("/echo?a=b"),
                                .headers = {{"Content-Type", "application/x-www-form-urlencoded"},
                                            {"X-Empty", ""},
                                            {"Authorization", "Basic eDp5"}},
                                .body = std::string("a\0b", 3)};
  const Exchanged got = exchange(loop_, client_, request);
  ASSERT_TRUE(got.response) << got.failure;
  for (const char* part :
       {R"("method": "POST")", R"("path": "/echo?a=b")", R"("body": "610062")",
        R"(["Content-Type", "application/x-www-form-urlencoded"])", R"(["X-Empty", ""])",
        R"(["Authorization", "Basic eDp5"])", R"(["Accept-Encoding", "gzip, deflate"])"}) {
    EXPECT_NE(got.response->body.find(part), std::string::npos) << part << got.response->body;
  }
  EXPECT_EQ(got.response->body.find("Expect"), std::string::npos);

  for (const char* method : {"PUT", "DELETE", "GET"}) {
    request.method = method;
    const Exchanged other = exchange(loop_, client_, request);
    ASSERT_TRUE(other.response) << other.failure;
    EXPECT_NE(other.response->body.find(std::string(R"("method": ")") + method + "\""),
              std::string::npos);
    EXPECT_NE(other.response->body.find(R"("body": "610062")"), std::string::npos);
  }
  const Exchanged post = exchange(loop_, client_, {.method = "POST", .url = server_->url("/echo")});
  EXPECT_NE(post.response->body.find(R"(["Content-Length", "0"])"), std::string::npos);
  const Exchanged head = exchange(loop_, client_, {.method = "HEAD", .url = server_->url("/ok")});
  ASSERT_TRUE(head.response) << head.failure;
  EXPECT_EQ(head.response->body, "");
}

TEST_F(HttpClient, RefusesWhatWouldBreakTheRequestApart) {
  const std::string url = server_->url("/echo");
  const auto with_header = [&](std::string name, std::string value) {
    return exchange(loop_, client_, {.url = url, .headers = {{std::move(name), std::move(value)}}});
  };
  EXPECT_FALSE(with_header("X-A", "1\r\nX-B: 2").response);
  EXPECT_FALSE(with_header("X-A", "1\nX-B: 2").response);
  EXPECT_FALSE(with_header("X-A", std::string("1\0two", 5)).response);
  EXPECT_FALSE(with_header("X-A\r\nX-B", "2").response);
  EXPECT_FALSE(with_header("X A", "2").response);
  EXPECT_FALSE(with_header("", "2").response);
  const std::string secret = with_header("X-A", "secret\r\n").failure;
  EXPECT_EQ(secret, "127.0.0.1: a header is not well-formed");

  EXPECT_FALSE(exchange(loop_, client_, {.method = "GET / HTTP/1.1\r\nX: y", .url = url}).response);
  for (const std::string& bad :
       {url + "\r\nX-B: 2", url + " x", std::string("file:///etc/passwd"), std::string("/echo"),
        std::string("gopher://127.0.0.1/"),
        "http://user:secret@127.0.0.1:" + server_->port() + "/ok", url + std::string("\0x", 2)}) {
    const Exchanged got = exchange(loop_, client_, {.url = bad});
    EXPECT_FALSE(got.response) << bad;
    EXPECT_EQ(got.failure.find("secret"), std::string::npos);
  }
}

TEST_F(HttpClient, FollowsNoRedirect) {
  const Exchanged got = get("/redirect");
  ASSERT_TRUE(got.response) << got.failure;
  EXPECT_EQ(got.response->status, 302);
  EXPECT_EQ(got.response->header("location"), "/ok");
  EXPECT_EQ(got.response->body, "");
}

TEST_F(HttpClient, TakesNoHeaderFromInterimAnswersOrTrailers) {
  const Exchanged interim = get("/interim");
  ASSERT_TRUE(interim.response) << interim.failure;
  EXPECT_EQ(interim.response->status, 200);
  EXPECT_EQ(interim.response->header("x-thing"), "late");
  const Exchanged trailers = get("/trailers");
  ASSERT_TRUE(trailers.response) << trailers.failure;
  EXPECT_EQ(trailers.response->body, "body");
  EXPECT_EQ(trailers.response->header("x-thing"), "");
}

TEST_F(HttpClient, ReusesItsConnectionAndClosesItWhenIdle) {
  HttpServer server;
  EpollLoop loop(VirtualClock{});
  http::Client client(loop);
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(exchange(loop, client, {.url = server.url("/ok")}).response);
  }
  EXPECT_EQ(server_count(loop, client, server.url("/counts"), "accepted"), 1);
  EXPECT_EQ(loop.timers(), 1U);
  loop.advance(std::chrono::seconds{61});
  EXPECT_EQ(loop.timers(), 0U);
  http::Client other(loop_);
  wait_for([&] { return server_count(loop_, other, server.url("/counts"), "open") == 1; },
           "the idle connection's end");
}

TEST_F(HttpClient, ALeavingWorkerKeepsNoConnection) {
  HttpServer server;
  Started<http::IncomingResponse> slow(client_.send({.url = server.url("/slow?100")}));
  loop_.poll();
  loop_.begin_leaving();
  const Exchanged got = result_of(loop_, slow);
  ASSERT_TRUE(got.response) << got.failure;
  EXPECT_EQ(loop_.io_waits() + loop_.timers(), 0U);
}

TEST_F(HttpClient, FiftyAtOnceAndAThousandAtMost) {
  std::vector<Started<http::IncomingResponse>> exchanges;
  for (int i = 0; i < 50; ++i) {
    exchanges.emplace_back(
        client_.send({.url = server_->url("/together?25"), .timeout = Milliseconds{20'000}}));
  }
  for (auto& each : exchanges) EXPECT_EQ(each.wait(loop_).body, "all here");
  EXPECT_EQ(loop_.io_waits(), 0U);

  exchanges.clear();
  for (int i = 0; i < 1001; ++i) {
    exchanges.emplace_back(
        client_.send({.url = server_->url("/ok"), .timeout = Milliseconds{60'000}}));
  }
  EXPECT_TRUE(exchanges.back().settled());
  EXPECT_FALSE(result_of(loop_, exchanges.back()).response);
  EXPECT_EQ(exchanges[999].wait(loop_).status, 200);
  exchanges.clear();
  EXPECT_EQ(loop_.io_waits(), 0U);
}

TEST_F(HttpClient, UsesNoProxyOfTheEnvironment) {
  ::setenv("http_proxy", "http://127.0.0.1:1", 1);
  const Exchanged got = get("/ok");
  ::unsetenv("http_proxy");
  EXPECT_TRUE(got.response) << got.failure;
}

}  // namespace
}  // namespace vneid::test
