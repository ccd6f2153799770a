#pragma once

#include <coroutine>
#include <cstddef>
#include <optional>
#include <set>

#include "async/event_loop.hpp"
#include "async/task.hpp"
#include "async/wait.hpp"

namespace vneid::test {

/// Every point at which a flow waits for somebody outside. Counted from 1; one of them can be made
/// to wait until it is let go, so that a test can destroy the flow there.
class Pauses {
 public:
  explicit Pauses(EventLoop& loop) : loop_(loop) {}

  /// Awaited by the fakes before they do what they are asked for, and again before they answer.
  Task<void> here() {
    const std::size_t number = ++count_;
    co_await yield_now(loop_);
    if (number != stop_at_) co_return;
    reached_ = true;
    while (!released_) co_await sleep_for(loop_, Milliseconds{1});
  }
  /// The pause at which whoever comes waits.
  void stop_at(std::size_t number) noexcept { stop_at_ = number; }
  void release() noexcept { released_ = true; }
  [[nodiscard]] bool reached() const noexcept { return reached_; }
  [[nodiscard]] std::size_t count() const noexcept { return count_; }

 private:
  EventLoop& loop_;
  std::size_t count_ = 0;
  std::size_t stop_at_ = 0;
  bool reached_ = false;
  bool released_ = false;
};

}  // namespace vneid::test
