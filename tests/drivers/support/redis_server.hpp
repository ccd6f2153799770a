#pragma once

#include <csignal>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include <hiredis/hiredis.h>

#include "drivers/support/child_process.hpp"
#include "net/redis/client.hpp"

namespace vneid::test {

/// Of an array, what its last element tells.
inline std::string told_by(const redisReply* reply) {
  if (reply == nullptr) return {};
  if (reply->type == REDIS_REPLY_INTEGER) return std::to_string(reply->integer);
  if (reply->type == REDIS_REPLY_ARRAY) {
    return reply->elements == 0 ? "" : told_by(reply->element[reply->elements - 1]);
  }
  return reply->str == nullptr ? std::string{} : std::string(reply->str, reply->len);
}

/// Sends a command past the client under test, blocking; the reply's text or number. Ends the
/// connection.
inline std::string ask_redis(redisContext* connection, const std::vector<std::string>& command) {
  const std::unique_ptr<redisContext, decltype(&redisFree)> context(connection, &redisFree);
  if (!context || context->err != 0) return {};
  std::vector<const char*> arguments;
  std::vector<std::size_t> lengths;
  for (const auto& argument : command) {
    arguments.push_back(argument.data());
    lengths.push_back(argument.size());
  }
  const std::unique_ptr<redisReply, decltype(&freeReplyObject)> reply(
      static_cast<redisReply*>(redisCommandArgv(context.get(), static_cast<int>(command.size()),
                                                arguments.data(), lengths.data())),
      &freeReplyObject);
  return told_by(reply.get());
}

/// A private redis-server on a Unix socket and on a port of 127.0.0.1.
class RedisServer {
 public:
  explicit RedisServer(std::vector<std::string> configuration = {})
      : configuration_(std::move(configuration)), port_(free_port()) {
    std::signal(SIGPIPE, SIG_IGN);  // as in nginx
    start();
  }

  void start() {
    write_configuration();
    process_ = ChildProcess({"/usr/bin/redis-server", folder_.file("redis.conf")},
                            folder_.file("redis.log"));
    wait_for([this] { return greets(); }, "redis-server");
  }
  void kill() { process_.end(SIGKILL); }
  void signal(int number) const { process_.signal(number); }
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

  [[nodiscard]] redis::Settings by_socket() const {
    redis::Settings settings;
    settings.unix_path = folder_.file("redis.sock");
    settings.timeout = Milliseconds{3000};  // sanitizers are slow; tests of time set their own
    return settings;
  }
  [[nodiscard]] redis::Settings by_port() const {
    redis::Settings settings = by_socket();
    settings.unix_path.clear();
    settings.address = "127.0.0.1";
    settings.port = port_;
    return settings;
  }

  /// Sends a command past the client under test, blocking; the reply's text or number. No password
  /// is given: for servers without one.
  std::string ask(const std::vector<std::string>& command) const {
    return ask_redis(redisConnectUnix(by_socket().unix_path.c_str()), command);
  }
  /// How many clients are connected, the asking one not counted.
  [[nodiscard]] int clients() const {
    const std::string info = ask({"INFO", "clients"});
    const auto at = info.find("connected_clients:");
    return at == std::string::npos ? -1 : std::stoi(info.substr(at + 18)) - 1;
  }

 private:
  void write_configuration() const {
    std::ofstream file(folder_.file("redis.conf"));
    file << "port " << port_ << "\nbind 127.0.0.1 -::1\nunixsocket " << folder_.file("redis.sock")
         << "\nsave \"\"\nappendonly no\nenable-debug-command local\ndir "
         << std::filesystem::path(folder_.file("x")).parent_path().string() << "\n";
    for (const auto& line : configuration_) file << line << "\n";
  }
  [[nodiscard]] bool greets() const {
    const std::string answer = ask({"PING"});
    return answer == "PONG" || answer.starts_with("NOAUTH") || answer.starts_with("LOADING");
  }

  TemporaryFolder folder_;
  std::vector<std::string> configuration_;
  std::uint16_t port_;
  ChildProcess process_;
};

}  // namespace vneid::test
