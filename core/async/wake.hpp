#pragma once

#include <coroutine>

#include "async/event_loop.hpp"

namespace vneid {

/// One wake-up, from a library's callback to a coroutine: `co_await wakeup` suspends until `wake()`
/// was called. `wake` only posts; the coroutine goes on from the loop's top level, so a callback
/// never runs one. Waking before awaiting is remembered. For one waiter, once (or again after
/// `reset`). Destroying it withdraws it.
class Wakeup final : private Posted {
 public:
  explicit Wakeup(EventLoop& loop) noexcept : Posted(loop) {}

  void wake() noexcept {
    woken_ = true;
    if (waiting_) post();
  }
  [[nodiscard]] bool woken() const noexcept { return woken_; }
  void reset() noexcept { woken_ = false; }

  auto operator co_await() noexcept {
    struct Awaiter {
      Wakeup& wakeup;
      [[nodiscard]] bool await_ready() const noexcept { return wakeup.woken_; }
      void await_suspend(std::coroutine_handle<> waiting) const noexcept {
        wakeup.waiting_ = waiting;
      }
      void await_resume() const noexcept {}
      explicit Awaiter(Wakeup& owner) noexcept : wakeup(owner) {}
      Awaiter(const Awaiter&) = delete;
      Awaiter& operator=(const Awaiter&) = delete;
      ~Awaiter() { wakeup.forget_waiter(); }
    };
    return Awaiter{*this};
  }

 private:
  void run() noexcept override {
    auto waiting = waiting_;
    waiting_ = nullptr;
    if (waiting) waiting.resume();
  }
  void forget_waiter() noexcept {
    waiting_ = nullptr;
    withdraw();
  }

  std::coroutine_handle<> waiting_ = nullptr;
  bool woken_ = false;
};

}  // namespace vneid
