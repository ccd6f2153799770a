#include "net/redis/operation.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <stdexcept>

#include "net/unavailable.hpp"

namespace vneid::redis {

namespace {

constexpr std::array<std::string_view, 13> state_errors{
    "LOADING",    "READONLY", "MASTERDOWN", "NOAUTH", "NOPERM", "OOM",        "MISCONF",
    "NOREPLICAS", "BUSY",     "TRYAGAIN",   "MOVED",  "ASK",    "CLUSTERDOWN"};

const Reply* find_state_error(const Reply& reply) noexcept {
  if (reply.type == Reply::Type::error) {
    return is_state_error(reply.text) || !cure_of(reply.text).empty() ? &reply : nullptr;
  }
  for (const Reply& element : reply.elements) {
    if (const Reply* found = find_state_error(element)) return found;
  }
  return nullptr;
}

/// Commands that would change the shared connection for everybody, or that hiredis answers
/// outside the order of replies.
constexpr std::array<std::string_view, 17> refused_commands{
    "MULTI",      "EXEC",       "DISCARD",     "WATCH",        "UNWATCH", "SELECT",
    "AUTH",       "HELLO",      "RESET",       "QUIT",         "SYNC",    "SUBSCRIBE",
    "PSUBSCRIBE", "SSUBSCRIBE", "UNSUBSCRIBE", "PUNSUBSCRIBE", "MONITOR"};

std::string text_of(const redisReply& reply) {
  return reply.str == nullptr ? std::string{} : std::string(reply.str, reply.len);
}

}  // namespace

void check_shareable(const Command& command) {
  if (command.empty()) throw std::invalid_argument("redis: empty command");
  std::string name = command.front();
  std::ranges::transform(name, name.begin(),
                         [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  if (std::ranges::find(refused_commands, name) != refused_commands.end()) {
    throw std::invalid_argument("redis: " + name + " is not for a shared connection");
  }
}

std::string_view error_code(std::string_view error) noexcept {
  return error.substr(0, error.find(' '));
}

bool is_state_error(std::string_view error) noexcept {
  return std::ranges::find(state_errors, error_code(error)) != state_errors.end();
}

std::string_view cure_of(std::string_view error) noexcept {
  const auto code = error_code(error);
  if (code == "NOAUTH" || code == "WRONGPASS" || code == "NOPERM") {
    return "see \"user=\" and \"password_file=\" of vneid_redis, and the ACL of that user";
  }
  if (code == "DENIED") return "Redis is in protected mode: let nginx use its socket or loopback";
  if (code != "ERR") return {};
  if (error.starts_with("ERR unknown command")) return "Redis 6.2 or newer is needed";
  if (error.contains("AUTH")) return "this Redis has no password: see \"password_file=\"";
  if (error.contains("DB index")) return "\"db=\" of vneid_redis is no database of this Redis";
  return {};
}

Reply copy_reply(const redisReply& reply) {
  switch (reply.type) {
    case REDIS_REPLY_NIL:
      return {};
    case REDIS_REPLY_STATUS:
      return {.type = Reply::Type::status, .text = text_of(reply)};
    case REDIS_REPLY_STRING:
      return {.type = Reply::Type::string, .text = text_of(reply)};
    case REDIS_REPLY_ERROR:
      return {.type = Reply::Type::error, .text = text_of(reply)};
    case REDIS_REPLY_INTEGER:
      return {.type = Reply::Type::integer, .integer = reply.integer};
    case REDIS_REPLY_ARRAY:
      break;
    default:  // RESP3, which is never asked for
      throw std::runtime_error("reply of an unknown type");
  }
  Reply array{.type = Reply::Type::array};
  array.elements.reserve(reply.elements);
  for (std::size_t i = 0; i < reply.elements; ++i) {
    array.elements.push_back(copy_reply(*reply.element[i]));
  }
  return array;
}

bool Operation::add(const redisReply& reply) noexcept {
  ++received_;
  if (!abandoned_ && failure_.empty()) {
    try {
      replies_.push_back(copy_reply(reply));
    } catch (const std::exception& failure) {
      failure_ = failure.what();
    }
  }
  if (received_ < owed_) return false;
  answered_.wake();
  return true;
}

void Operation::fail(const std::string& cause, FailureKind kind) noexcept {
  failure_ = cause;
  kind_ = kind;
  answered_.wake();
}

void Operation::abandon() noexcept {
  abandoned_ = true;
  commands_.clear();
  replies_.clear();
}

std::vector<Reply> Operation::take() {
  if (!failure_.empty()) throw Unavailable(Unavailable::Dependency::redis, failure_, kind_);
  for (const Reply& reply : replies_) {
    if (const Reply* error = find_state_error(reply)) {
      std::string cause = "redis answered " + std::string(error_code(error->text));
      const std::string_view cure = cure_of(error->text);
      if (!cure.empty()) cause.append("; ").append(cure);
      throw Unavailable(Unavailable::Dependency::redis, cause,
                        cure.empty() ? FailureKind::other : FailureKind::misconfigured);
    }
  }
  return std::move(replies_);
}

}  // namespace vneid::redis
