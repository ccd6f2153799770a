#pragma once

#include "net/redis/database.hpp"
#include "net/unavailable.hpp"

namespace vneid::redis {

/// A reply that is an error tells nothing about what was asked for: unknown, never absent (D7). Its
/// text may repeat arguments, so it is not told on.
inline void require_answer(const Reply& reply) {
  if (reply.type != Reply::Type::error) return;
  const auto code = reply.text.substr(0, reply.text.find(' '));
  throw Unavailable(Unavailable::Dependency::redis, "redis answered with an error: " + code);
}

}  // namespace vneid::redis
