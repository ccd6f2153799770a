#pragma once

#include <coroutine>

#include "async/event_loop.hpp"

namespace vneid {

/// `co_await readable(loop, fd)`: suspends until the descriptor is ready. The awaiter is the
/// registration; destroying the suspended coroutine withdraws it.
class [[nodiscard]] FdAwaiter final : private IoWait {
 public:
  FdAwaiter(EventLoop& loop, int fd, Interest interest) noexcept
      : IoWait(loop), fd_(fd), interest_(interest) {}

  [[nodiscard]] bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> waiting) {
    waiting_ = waiting;
    arm(fd_, interest_);
  }
  [[nodiscard]] Readiness await_resume() const noexcept { return readiness_; }

 private:
  void ready(Readiness readiness) noexcept override {
    readiness_ = readiness;
    waiting_.resume();
  }

  int fd_;
  Interest interest_;
  Readiness readiness_;
  std::coroutine_handle<> waiting_;
};

inline FdAwaiter readable(EventLoop& loop, int fd) noexcept { return {loop, fd, Interest::read}; }
inline FdAwaiter writable(EventLoop& loop, int fd) noexcept { return {loop, fd, Interest::write}; }
inline FdAwaiter readable_or_writable(EventLoop& loop, int fd) noexcept {
  return {loop, fd, Interest::read_write};
}

/// `co_await sleep_until(loop, when)`.
class [[nodiscard]] SleepAwaiter final : private TimerWait {
 public:
  SleepAwaiter(EventLoop& loop, Monotonic when, TimerKind kind) noexcept
      : TimerWait(loop, kind), when_(when) {}

  [[nodiscard]] bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> waiting) {
    waiting_ = waiting;
    arm(when_);
  }
  void await_resume() const noexcept {}

 private:
  void expired() noexcept override { waiting_.resume(); }

  Monotonic when_;
  std::coroutine_handle<> waiting_;
};

inline SleepAwaiter sleep_until(EventLoop& loop, Monotonic when,
                                TimerKind kind = TimerKind::holds_worker) noexcept {
  return {loop, when, kind};
}
inline SleepAwaiter sleep_for(EventLoop& loop, Milliseconds span,
                              TimerKind kind = TimerKind::holds_worker) noexcept {
  return {loop, loop.now() + span, kind};
}

/// `co_await yield_now(loop)`: lets everything else that is due run first.
class [[nodiscard]] YieldAwaiter final : private Posted {
 public:
  explicit YieldAwaiter(EventLoop& loop) noexcept : Posted(loop) {}

  [[nodiscard]] bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> waiting) noexcept {
    waiting_ = waiting;
    post();
  }
  void await_resume() const noexcept {}

 private:
  void run() noexcept override { waiting_.resume(); }

  std::coroutine_handle<> waiting_;
};

inline YieldAwaiter yield_now(EventLoop& loop) noexcept { return YieldAwaiter{loop}; }

}  // namespace vneid
