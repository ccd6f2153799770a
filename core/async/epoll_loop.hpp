#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <unordered_map>

#include "async/detached.hpp"
#include "async/event_loop.hpp"
#include "async/outcome.hpp"
#include "async/task.hpp"

namespace vneid {

/// Tag: time stands still until `advance` is called, or until the loop would have to wait for a
/// timer with no descriptor ready: then it jumps to that timer.
struct VirtualClock {};

/// The event loop of the command line and of the tests, on epoll(7).
class EpollLoop final : public EventLoop {
 public:
  EpollLoop();
  /// For unit tests: starts at the given calendar instant.
  explicit EpollLoop(VirtualClock, Wall start = Wall{std::chrono::days{20'000}});
  ~EpollLoop() override;

  [[nodiscard]] Monotonic now() const noexcept override;
  [[nodiscard]] Wall wall_now() const noexcept override;
  [[nodiscard]] bool leaving() const noexcept override { return leaving_; }

  /// Runs the task to its end and gives its result, or throws what it threw. Throws
  /// std::logic_error when nothing is left that could ever wake it.
  template <class T>
  T run(Task<T> task) {
    Outcome<T> outcome;
    auto frame = run_root(std::move(task), outcome);
    frame.start();
    run_until([&outcome] { return outcome.settled(); });
    return outcome.take();
  }
  /// Turns until the predicate holds.
  void run_until(const std::function<bool()>& done);
  /// One turn: what is posted, due and ready. Does not wait.
  void poll() { turn(false); }
  /// Moves the virtual clock and runs what became due.
  void advance(Milliseconds span);
  /// What nginx does when a worker begins to leave: `leaving()` holds, and every wait for a
  /// descriptor is told `closing`.
  void begin_leaving();

  /// What is registered now, for leak checks.
  [[nodiscard]] std::size_t io_waits() const noexcept { return io_.size(); }
  [[nodiscard]] std::size_t timers() const noexcept { return timers_.size(); }
  [[nodiscard]] bool nothing_posted() const noexcept { return posted_.empty(); }

 protected:
  void* start_io(IoWait& wait, int fd, Interest interest) override;
  void stop_io(IoWait& wait, void* slot) noexcept override;
  void* start_timer(TimerWait& wait, Monotonic when) override;
  void stop_timer(TimerWait& wait, void* slot) noexcept override;
  void enqueue(Posted& item) noexcept override;

 private:
  struct IoSlot;
  struct FdSlots;
  struct TimerSlot;
  struct TimerOrder {
    bool operator()(const TimerSlot* left, const TimerSlot* right) const noexcept;
  };

  template <class T>
  static RootFrame run_root(Task<T> task, Outcome<T>& into) {
    Outcome<T> outcome = co_await settle(std::move(task));
    into = std::move(outcome);
  }

  void turn(bool may_wait);
  [[nodiscard]] bool update_kernel(int fd) noexcept;
  void fire_due_timers();
  int dispatch(int timeout_ms);
  void jump_to_next_timer();
  [[nodiscard]] int timeout_ms(bool may_wait);

  int epoll_ = -1;
  bool virtual_ = false;
  bool leaving_ = false;
  Monotonic virtual_now_{};
  Wall virtual_wall_{};
  PostedQueue posted_;
  std::unordered_map<IoSlot*, std::unique_ptr<IoSlot>> io_;
  std::map<int, std::set<IoSlot*>> by_fd_;
  std::map<TimerSlot*, std::unique_ptr<TimerSlot>, TimerOrder> timers_;
  std::uint64_t timer_sequence_ = 0;
};

}  // namespace vneid
