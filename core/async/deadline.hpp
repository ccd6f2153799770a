#pragma once

#include <coroutine>
#include <stdexcept>

#include "async/detached.hpp"
#include "async/event_loop.hpp"
#include "async/outcome.hpp"
#include "async/task.hpp"

namespace vneid {

/// The time given to a task has passed; the task has been destroyed.
class DeadlinePassed : public std::runtime_error {
 public:
  DeadlinePassed() : std::runtime_error("deadline passed") {}
};

namespace detail {

template <class T>
class DeadlineRace final : private TimerWait, private Posted {
 public:
  DeadlineRace(EventLoop& loop, Monotonic deadline, Task<T> task)
      : TimerWait(loop, TimerKind::holds_worker),
        Posted(loop),
        deadline_(deadline),
        task_(std::move(task)) {}

  [[nodiscard]] bool await_ready() const noexcept { return false; }
  bool await_suspend(std::coroutine_handle<> waiting) {
    runner_ = run_child(*this);
    runner_.start();
    if (outcome_.settled()) return false;  // finished without waiting: go straight on
    waiting_ = waiting;
    TimerWait::arm(deadline_);
    return true;
  }
  T await_resume() {
    if (!outcome_.settled()) throw DeadlinePassed();
    return outcome_.take();
  }

 private:
  static RootFrame run_child(DeadlineRace& race) {
    Outcome<T> outcome = co_await settle(std::move(race.task_));
    race.outcome_ = std::move(outcome);
    race.child_done();
  }
  void child_done() noexcept {
    if (!waiting_) return;
    TimerWait::disarm();
    Posted::post();  // resuming here would run the parent on top of the child's frame
  }
  void run() noexcept override { waiting_.resume(); }
  void expired() noexcept override {
    runner_.destroy();  // suspended, since a timer fires from the loop's top level
    waiting_.resume();
  }

  Monotonic deadline_;
  Task<T> task_;
  RootFrame runner_;
  Outcome<T> outcome_;
  std::coroutine_handle<> waiting_ = nullptr;
};

}  // namespace detail

/// Awaits the task, but no longer than until `deadline`: then the task is destroyed and
/// DeadlinePassed is thrown. The timer holds a leaving worker (code-models.md §2.3).
template <class T>
Task<T> with_deadline(EventLoop& loop, Monotonic deadline, Task<T> task) {
  detail::DeadlineRace<T> race{loop, deadline, std::move(task)};
  if constexpr (std::is_void_v<T>) {
    co_await race;
  } else {
    co_return co_await race;
  }
}

}  // namespace vneid
