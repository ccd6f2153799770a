#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "async/event_loop.hpp"
#include "async/task.hpp"

namespace vneid::redis {

/// What a command was answered. An error reply is a value: the caller knows what it means.
struct Reply {
  enum class Type { nil, status, string, integer, array, error };
  Type type = Type::nil;
  std::string text;  ///< status, string, error
  std::int64_t integer = 0;
  std::vector<Reply> elements;  ///< array

  [[nodiscard]] bool is_nil() const noexcept { return type == Type::nil; }
};

/// A command and its arguments; any bytes may stand in them.
using Command = std::vector<std::string>;

/// Who carries commands out: a worker's Client, or what a test puts in its place. Throws
/// Unavailable{redis} when nothing may be taken for absent (design D7).
class Database {
 public:
  /// `place`: tells this Redis from others.
  explicit Database(std::string prefix, std::string place = {})
      : prefix_(std::move(prefix)), place_(std::move(place)) {}
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  virtual ~Database() = default;

  /// Sends one command by argument vector (never by format string) and waits for its reply.
  virtual Task<Reply> call(Command command) = 0;
  /// Sends MULTI, the commands, EXEC as one pipeline; answers EXEC's replies in order. When Redis
  /// refused to queue one of them nothing was carried out, and every reply is an error: its own
  /// for the refused, EXECABORT for the others.
  virtual Task<std::vector<Reply>> transaction(std::vector<Command> commands) = 0;

  /// Waits, a short time at most, until what was written before is where it outlives the failure of
  /// the server that took it; whether it is. Never throws Unavailable.
  virtual Task<bool> replicated() { co_return true; }

  /// The key with the configured prefix.
  [[nodiscard]] std::string key(std::string_view name) const { return prefix_ + std::string{name}; }
  [[nodiscard]] const std::string& place() const noexcept { return place_; }

 private:
  std::string prefix_;
  std::string place_;
};

}  // namespace vneid::redis
