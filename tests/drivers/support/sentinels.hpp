#pragma once

#include <array>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "drivers/support/child_process.hpp"
#include "drivers/support/redis_server.hpp"
#include "net/redis/client.hpp"

namespace vneid::test {

/// A primary, its replica, and three Sentinels of Redis' own that watch over them.
class Watched {
 public:
  static constexpr const char* name = "vneid";

  Watched() {
    wait_for([this] { return first.ask({"WAIT", "1", "100"}) == "1"; }, "the replica");
    for (auto& sentinel : sentinels) sentinel.start(first.port());
    wait_for([this] { return all_know(); }, "three Sentinels that know each other and the replica");
  }

  [[nodiscard]] redis::Settings settings() const {
    redis::Settings settings;
    settings.timeout = Milliseconds{3000};
    settings.primary_name = name;
    for (const auto& each : sentinels) settings.sentinels.push_back({"127.0.0.1", each.port()});
    return settings;
  }
  /// Makes the other one the primary; until the Sentinels say so.
  void fail_over() {
    const std::string before = sentinels[0].primary();
    wait_for([&] { return sentinels[0].ask({"SENTINEL", "FAILOVER", name}) == "OK"; }, "FAILOVER");
    wait_for([&] { return agree_on_another_than(before); }, "another primary");
  }
  [[nodiscard]] bool agree_on_another_than(const std::string& before) const {
    const std::string now = sentinels[0].primary();
    return now != before && sentinels[1].primary() == now && sentinels[2].primary() == now;
  }

  /// A redis-sentinel.
  class SentinelServer {
   public:
    SentinelServer() : port_(free_port()) {}
    void start(std::uint16_t primary) {
      std::ofstream{folder_.file("sentinel.conf")}
          << "port " << port_ << "\nbind 127.0.0.1\nprotected-mode no\ndir "
          << std::filesystem::path(folder_.file("x")).parent_path().string()
          << "\nsentinel monitor " << name << " 127.0.0.1 " << primary
          << " 2\nsentinel down-after-milliseconds " << name << " 500\nsentinel failover-timeout "
          << name << " 3000\n";
      process_ =
          ChildProcess({"/usr/bin/redis-server", folder_.file("sentinel.conf"), "--sentinel"},
                       folder_.file("sentinel.log"));
    }
    void signal(int number) const { process_.signal(number); }
    [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
    [[nodiscard]] std::string ask(const std::vector<std::string>& command) const {
      return ask_redis(redisConnect("127.0.0.1", port_), command);
    }
    /// Its port, as text.
    [[nodiscard]] std::string primary() const {
      return ask({"SENTINEL", "GET-MASTER-ADDR-BY-NAME", name});
    }

   private:
    TemporaryFolder folder_;
    std::uint16_t port_;
    ChildProcess process_;
  };

  RedisServer first;
  RedisServer second{{"replicaof 127.0.0.1 " + std::to_string(first.port())}};
  std::array<SentinelServer, 3> sentinels;

 private:
  [[nodiscard]] bool all_know() const {
    return std::ranges::all_of(sentinels, [](const auto& each) {
      return each.ask({"SENTINEL", "CKQUORUM", name}).starts_with("OK 3") &&
             !each.ask({"SENTINEL", "REPLICAS", name}).empty();
    });
  }
};

}  // namespace vneid::test
