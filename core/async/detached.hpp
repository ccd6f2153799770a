#pragma once

#include <coroutine>
#include <exception>
#include <utility>

namespace vneid {

/// The frame at the bottom of a chain of tasks: the one place where ordinary code, rather than
/// another coroutine, starts and ends one. Building block of Scope, deadlines and the module's
/// exchange; flows do not use it.
///
/// Whoever owns it may destroy it while it is suspended. The body must not throw.
class RootFrame {
 public:
  struct promise_type {  // NOLINT(readability-identifier-naming): the language's own name
    RootFrame get_return_object() noexcept {
      return RootFrame{std::coroutine_handle<promise_type>::from_promise(*this)};
    }
    [[nodiscard]] std::suspend_always initial_suspend() const noexcept { return {}; }
    [[nodiscard]] std::suspend_always final_suspend() const noexcept { return {}; }
    void return_void() const noexcept {}
    void unhandled_exception() const noexcept { std::terminate(); }
  };

  RootFrame() noexcept = default;
  RootFrame(RootFrame&& other) noexcept : frame_(std::exchange(other.frame_, nullptr)) {}
  RootFrame& operator=(RootFrame&& other) noexcept {
    if (this != &other) {
      destroy();
      frame_ = std::exchange(other.frame_, nullptr);
    }
    return *this;
  }
  RootFrame(const RootFrame&) = delete;
  RootFrame& operator=(const RootFrame&) = delete;
  ~RootFrame() { destroy(); }

  /// Runs until the first suspension. Call once.
  void start() const { frame_.resume(); }
  void destroy() noexcept {
    if (frame_) std::exchange(frame_, nullptr).destroy();
  }

 private:
  explicit RootFrame(std::coroutine_handle<promise_type> frame) noexcept : frame_(frame) {}
  std::coroutine_handle<promise_type> frame_ = nullptr;
};

}  // namespace vneid
