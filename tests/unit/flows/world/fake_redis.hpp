#pragma once

#include <functional>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "async/event_loop.hpp"
#include "net/redis/database.hpp"
#include "net/unavailable.hpp"
#include "unit/flows/world/pauses.hpp"

namespace vneid::test {

/// The commands that the flows use, on a map. What SET gave a lifetime ends with it, by the loop's
/// clock.
class FakeRedis final : public redis::Database {
 public:
  FakeRedis(const EventLoop& loop, Pauses& pauses)
      : Database("vneid:"), loop_(loop), pauses_(pauses) {}

  Task<redis::Reply> call(redis::Command command) override {
    co_await pauses_.here();
    require_reachable();
    redis::Reply reply = carry_out(command);
    co_await pauses_.here();
    co_return reply;
  }
  Task<std::vector<redis::Reply>> transaction(std::vector<redis::Command> commands) override {
    co_await pauses_.here();
    require_reachable();
    std::vector<redis::Reply> replies;
    for (const auto& command : commands) replies.push_back(carry_out(command));
    co_await pauses_.here();
    co_return replies;
  }

  bool away = false;
  bool misconfigured = false;
  /// What the population database's limits answer: which bucket is empty (0: none), and for how
  /// long.
  std::pair<int, int> limit{0, 0};
  /// Whether more may be kept for who has proven nothing.
  bool quota_left = true;
  /// What happens elsewhere when a session begins.
  std::function<void()> on_begin = [] {};
  std::map<std::string, std::string> values;
  std::map<std::string, std::set<std::string>> sets;

 private:
  using Reply = redis::Reply;

  void require_reachable() const {
    if (!away && !misconfigured) return;
    throw Unavailable(Unavailable::Dependency::redis, "redis is away",
                      misconfigured ? FailureKind::misconfigured : FailureKind::refused);
  }
  static Reply status() { return {.type = Reply::Type::status, .text = "OK"}; }
  static Reply integer(std::int64_t value) {
    return {.type = Reply::Type::integer, .text = {}, .integer = value};
  }
  [[nodiscard]] Reply value_of(const std::string& key) const {
    const auto found = values.find(key);
    if (found == values.end()) return {};
    return {.type = Reply::Type::string, .text = found->second};
  }

  void expire() {
    std::erase_if(ends_, [this](const auto& end) {
      if (end.second > loop_.now()) return false;
      values.erase(end.first);
      return true;
    });
  }

  Reply carry_out(const redis::Command& command) {
    expire();
    const std::string& verb = command.at(0);
    if (verb == "SET") return set(command);
    if (verb == "GETEX" && command.size() > 2 && values.contains(command.at(1))) {
      ends_[command.at(1)] = loop_.now() + Milliseconds{std::stoll(command.at(3))};
    }
    if (verb == "GET" || verb == "GETEX") return value_of(command.at(1));
    if (verb == "GETDEL") {
      Reply reply = value_of(command.at(1));
      values.erase(command.at(1));
      return reply;
    }
    if (verb == "EXISTS" || verb == "DEL") {
      std::int64_t count = 0;
      for (std::size_t i = 1; i < command.size(); ++i) {
        count += static_cast<std::int64_t>(verb == "DEL" ? values.erase(command[i])
                                                         : values.count(command[i]));
      }
      return integer(count);
    }
    if (verb == "PTTL") {
      const auto end = ends_.find(command.at(1));
      if (end == ends_.end()) return integer(values.contains(command.at(1)) ? -1 : -2);
      return integer(ceil<Milliseconds>(end->second - loop_.now()).count());
    }
    if (verb == "PEXPIRE") {
      if (!values.contains(command.at(1))) return integer(0);
      ends_[command.at(1)] = loop_.now() + Milliseconds{std::stoll(command.at(2))};
      return integer(1);
    }
    if (verb == "EVAL") return script(command);
    throw std::logic_error("the fake Redis does not know " + verb);
  }
  Reply set(const redis::Command& command) {
    for (const auto& word : command) {
      if (word == "NX" && values.contains(command.at(1))) return {};
    }
    values[command.at(1)] = command.at(2);
    ends_.erase(command.at(1));
    for (std::size_t i = 3; i + 1 < command.size(); ++i) {
      if (command[i] != "EX" && command[i] != "PX") continue;
      const Milliseconds unit{command[i] == "EX" ? 1000 : 1};
      ends_[command.at(1)] = loop_.now() + unit * std::stoll(command[i + 1]);
    }
    return status();
  }
  /// By what the script is for: the flows have three.
  Reply script(const redis::Command& command) {
    const std::string& text = command.at(1);
    const auto key_count = static_cast<std::size_t>(std::stoul(command.at(2)));
    const auto argument = [&](std::size_t i) { return command.at(2 + key_count + i); };
    if (text.contains("ZADD")) {
      on_begin();
      for (std::size_t i = 9; 2 + key_count + i < command.size(); ++i) {
        values.erase(argument(1) + argument(i));
        values.erase(argument(2) + argument(i));
      }
      values[argument(1) + argument(3)] = argument(4);
      ends_[argument(1) + argument(3)] = loop_.now() + Milliseconds{std::stoll(argument(5))};
      if (!argument(6).empty()) values[argument(2) + argument(3)] = argument(6);
      for (std::size_t i = 0; i < key_count; ++i) sets[command.at(3 + i)].insert(argument(3));
      return Reply{.type = Reply::Type::array};
    }
    if (text.contains("ZRANGE")) {
      Reply ids{.type = Reply::Type::array};
      std::int64_t ended = 0;
      for (const auto& id : sets[command.at(3)]) {
        ended += static_cast<std::int64_t>(values.erase(argument(1) + id));
        ids.elements.push_back({.type = Reply::Type::string, .text = id});
        values.erase(argument(2) + id);
      }
      sets.erase(command.at(3));
      Reply both{.type = Reply::Type::array};
      both.elements = {integer(ended), std::move(ids)};
      return both;
    }
    if (text.contains("INCRBY")) return integer(quota_left ? 1 : 0);
    Reply reply{.type = Reply::Type::array};
    reply.elements = {integer(limit.first), integer(limit.second)};
    return reply;
  }

  const EventLoop& loop_;
  Pauses& pauses_;
  std::map<std::string, Monotonic> ends_;
};

}  // namespace vneid::test
