#pragma once

#include <csignal>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include <jansson.h>

#include "async/epoll_loop.hpp"
#include "drivers/support/child_process.hpp"
#include "drivers/support/redis_calls.hpp"
#include "net/http/client.hpp"

namespace vneid::test {

/// canned_server.py: answers every POST with what it was given last, and keeps what it was sent.
class CannedServer {
 public:
  CannedServer() {
    const std::string port_file = folder_.file("port");
    const auto script =
        std::filesystem::path(VNEID_TESTS) / "drivers" / "support" / "canned_server.py";
    process_ = ChildProcess({"/usr/bin/python3", script, port_file}, folder_.file("log"));
    wait_for([&] { return std::filesystem::exists(port_file); }, "canned_server.py");
    std::ifstream(port_file) >> port_;
  }

  [[nodiscard]] std::string url(const std::string& path) const {
    return "http://127.0.0.1:" + port_ + path;
  }
  /// `status` 0: the connection is cut in the middle of the body.
  void answer(const std::string& body, int status = 200) { put(body, status, false); }
  /// Answers so, but not before release() or another answer.
  void hold(const std::string& body, int status = 200) { put(body, status, true); }
  void release() { send({.method = "PUT", .url = url("/release")}); }

  [[nodiscard]] std::size_t count() { return json_array_size(seen().get()); }
  /// A part of the last request: "path" or "body".
  std::string last(const char* part) { return text(json_object_get(last_of(seen()), part)); }
  std::string last_header(const char* name) {
    return text(json_object_get(json_object_get(last_of(seen()), "headers"), name));
  }

 private:
  struct Release {
    void operator()(json_t* value) const noexcept { json_decref(value); }
  };
  using Json = std::unique_ptr<json_t, Release>;

  // Its own loop, so that the loop under test turns only when the test says so.
  std::string send(http::OutgoingRequest request) {
    return loop_.run(client_.send(std::move(request))).body;
  }
  void put(const std::string& body, int status, bool hold) {
    const std::string query = "?status=" + std::to_string(status) + (hold ? "&hold=1" : "&hold=0");
    send({.method = "PUT", .url = url("/answer" + query), .body = body});
  }
  Json seen() {
    const std::string told = send({.url = url("/seen")});
    return Json{json_loadb(told.data(), told.size(), 0, nullptr)};
  }
  /// Kept by `seen_`.
  json_t* last_of(Json seen) {
    seen_ = std::move(seen);
    return json_array_get(seen_.get(), json_array_size(seen_.get()) - 1);
  }
  static std::string text(const json_t* value) {
    return json_is_string(value) ? json_string_value(value) : "none";
  }

  TemporaryFolder folder_;
  std::string port_;
  ChildProcess process_;
  EpollLoop loop_;
  http::Client client_{loop_};
  Json seen_;
};

}  // namespace vneid::test
