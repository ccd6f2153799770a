#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "async/epoll_loop.hpp"
#include "drivers/support/started.hpp"
#include "net/redis/client.hpp"
#include "net/unavailable.hpp"

namespace vneid::test {

/// Turns the loop until the condition holds; throws when that takes too long.
inline void turn_until(EpollLoop& loop, const std::function<bool()>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{20};
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) throw std::runtime_error("waited in vain");
    loop.poll();
  }
}

/// Until nothing is posted and no timer runs; `io` descriptors may stay watched.
inline void drain(EpollLoop& loop, std::size_t io) {
  turn_until(loop,
             [&] { return loop.nothing_posted() && loop.timers() == 0 && loop.io_waits() == io; });
}

/// What a call came to: its reply, or why there is none.
struct Answer {
  std::optional<redis::Reply> reply;
  std::string unavailable;
  FailureKind kind = FailureKind::other;
};

inline Answer answer_of(EpollLoop& loop, Started<redis::Reply>& call) {
  try {
    return {.reply = call.wait(loop), .unavailable = {}};
  } catch (const Unavailable& failure) {
    return {.reply = {}, .unavailable = failure.what(), .kind = failure.kind()};
  }
}

inline Answer ask(EpollLoop& loop, redis::Client& client, redis::Command command) {
  Started<redis::Reply> call(client.call(std::move(command)));
  return answer_of(loop, call);
}

/// The text of the reply; for commands that must be answered.
inline std::string text(EpollLoop& loop, redis::Client& client, redis::Command command) {
  return loop.run(client.call(std::move(command))).text;
}

}  // namespace vneid::test
