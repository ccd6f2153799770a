#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <fcntl.h>
#include <map>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

#include "async/event_loop.hpp"

namespace vneid::test {

/// A loop that refuses descriptors after so many registrations, as nginx does when
/// `worker_connections` are exhausted. It calls every watched descriptor ready in every turn:
/// clients must take that for what it is, a hint.
class LimitedLoop final : public EventLoop {
 public:
  explicit LimitedLoop(int registrations) noexcept : left_(registrations) {}

  [[nodiscard]] Monotonic now() const noexcept override { return std::chrono::steady_clock::now(); }
  [[nodiscard]] Wall wall_now() const noexcept override { return {}; }
  [[nodiscard]] bool leaving() const noexcept override { return false; }

  void turn() {
    posted_.run_once();
    for (IoWait* wait : std::vector<IoWait*>(io_)) {
      if (std::erase(io_, wait) == 0) continue;  // withdrawn by one that ran before it
      fire(*wait, Readiness{.readable = true, .writable = true});
    }
    for (const auto& [when, timer] : std::vector<Due>(timers_)) {
      if (when > now() || std::erase(timers_, Due{when, timer}) == 0) continue;
      fire(*timer);
    }
    std::this_thread::sleep_for(std::chrono::microseconds{100});
  }
  /// Whether a registration outlived its descriptor, whose number might then be somebody else's.
  [[nodiscard]] bool withdrawn_too_late() const noexcept { return withdrawn_too_late_; }
  [[nodiscard]] std::size_t io_waits() const noexcept { return io_.size(); }
  [[nodiscard]] std::size_t timers() const noexcept { return timers_.size(); }

 protected:
  void* start_io(IoWait& wait, int fd, Interest /*interest*/) override {
    if (left_ == 0) throw LoopExhausted();
    --left_;
    io_.push_back(&wait);
    descriptors_[&wait] = fd;
    return &wait;
  }
  void stop_io(IoWait& wait, void* /*slot*/) noexcept override {
    std::erase(io_, &wait);
    if (::fcntl(descriptors_[&wait], F_GETFD) < 0) withdrawn_too_late_ = true;
  }
  void* start_timer(TimerWait& wait, Monotonic when) override {
    timers_.emplace_back(when, &wait);
    return &wait;
  }
  void stop_timer(TimerWait& wait, void* /*slot*/) noexcept override {
    std::erase_if(timers_, [&](const Due& due) { return due.second == &wait; });
  }
  void enqueue(Posted& item) noexcept override { posted_.push(item); }

 private:
  using Due = std::pair<Monotonic, TimerWait*>;

  int left_;
  PostedQueue posted_;
  std::vector<IoWait*> io_;
  std::map<IoWait*, int> descriptors_;
  bool withdrawn_too_late_ = false;
  std::vector<Due> timers_;
};

/// Turns the loop until the started task is settled.
template <class Started>
void settle_in(LimitedLoop& loop, const Started& started) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{20};
  while (!started.settled()) {
    if (std::chrono::steady_clock::now() > deadline) throw std::runtime_error("waited in vain");
    loop.turn();
  }
}

}  // namespace vneid::test
