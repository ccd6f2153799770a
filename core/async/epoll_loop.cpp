#include "async/epoll_loop.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <sys/epoll.h>
#include <system_error>
#include <unistd.h>
#include <vector>

namespace vneid {

struct EpollLoop::IoSlot {
  IoWait* wait;
  int fd;
  Interest interest;
};

struct EpollLoop::TimerSlot {
  TimerWait* wait;
  Monotonic when;
  std::uint64_t sequence;  // equal instants fire in the order in which they were armed
};

bool EpollLoop::TimerOrder::operator()(const TimerSlot* left,
                                       const TimerSlot* right) const noexcept {
  return left->when != right->when ? left->when < right->when : left->sequence < right->sequence;
}

EpollLoop::EpollLoop() : epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
  if (epoll_ < 0) throw std::system_error(errno, std::generic_category(), "epoll_create1");
}

EpollLoop::EpollLoop(VirtualClock, Wall start) : EpollLoop() {
  virtual_ = true;
  virtual_now_ = Monotonic{std::chrono::hours{1}};
  virtual_wall_ = start;
}

EpollLoop::~EpollLoop() { ::close(epoll_); }

Monotonic EpollLoop::now() const noexcept {
  return virtual_ ? virtual_now_ : std::chrono::steady_clock::now();
}

Wall EpollLoop::wall_now() const noexcept {
  return virtual_ ? virtual_wall_
                  : std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

void EpollLoop::run_until(const std::function<bool()>& done) {
  while (!done()) {
    if (posted_.empty() && io_.empty() && timers_.empty()) {
      throw std::logic_error("event loop: nothing is left that could wake the task");
    }
    turn(true);
  }
}

void EpollLoop::advance(Milliseconds span) {
  virtual_now_ += span;
  virtual_wall_ += span;
  poll();
  while (!posted_.empty()) poll();
}

void EpollLoop::begin_leaving() {
  leaving_ = true;
  std::vector<IoSlot*> told;
  told.reserve(io_.size());
  for (const auto& [slot, owner] : io_) told.push_back(slot);
  for (IoSlot* slot : told) {
    auto found = io_.find(slot);
    if (found == io_.end()) continue;
    IoWait& wait = *slot->wait;
    stop_io(wait, slot);
    fire(wait, Readiness{.closing = true});
  }
}

void* EpollLoop::start_io(IoWait& wait, int fd, Interest interest) {
  auto slot = std::make_unique<IoSlot>(IoSlot{&wait, fd, interest});
  IoSlot* key = slot.get();
  io_.emplace(key, std::move(slot));
  by_fd_[fd].insert(key);
  if (!update_kernel(fd)) {
    const int error = errno;
    stop_io(wait, key);
    throw std::system_error(error, std::generic_category(), "epoll_ctl");
  }
  return key;
}

void EpollLoop::stop_io(IoWait& /*wait*/, void* slot) noexcept {
  auto* key = static_cast<IoSlot*>(slot);
  const int fd = key->fd;
  by_fd_[fd].erase(key);
  io_.erase(key);
  // Taking interest away cannot be refused; a descriptor closed too early is the caller's mistake.
  static_cast<void>(update_kernel(fd));
}

bool EpollLoop::update_kernel(int fd) noexcept {
  auto found = by_fd_.find(fd);
  if (found->second.empty()) {
    ::epoll_ctl(epoll_, EPOLL_CTL_DEL, fd, nullptr);
    by_fd_.erase(found);
    return true;
  }
  epoll_event event{};
  event.data.fd = fd;
  for (const IoSlot* slot : found->second) {
    if (slot->interest != Interest::write) event.events |= EPOLLIN | EPOLLRDHUP;
    if (slot->interest != Interest::read) event.events |= EPOLLOUT;
  }
  if (::epoll_ctl(epoll_, EPOLL_CTL_MOD, fd, &event) == 0) return true;
  return errno == ENOENT && ::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) == 0;
}

void* EpollLoop::start_timer(TimerWait& wait, Monotonic when) {
  auto slot = std::make_unique<TimerSlot>(TimerSlot{&wait, when, ++timer_sequence_});
  TimerSlot* key = slot.get();
  timers_.emplace(key, std::move(slot));
  return key;
}

void EpollLoop::stop_timer(TimerWait& /*wait*/, void* slot) noexcept {
  // The extracted node dies after the map has stopped comparing its key.
  auto node = timers_.extract(static_cast<TimerSlot*>(slot));
}

void EpollLoop::enqueue(Posted& item) noexcept { posted_.push(item); }

void EpollLoop::turn(bool may_wait) {
  const bool waits = may_wait && posted_.empty();
  const bool idle = dispatch(timeout_ms(waits)) == 0;
  if (virtual_ && waits && idle) jump_to_next_timer();
  fire_due_timers();
  posted_.run_once();
}

int EpollLoop::timeout_ms(bool may_wait) {
  if (!may_wait) return 0;
  if (timers_.empty()) return 1000;
  if (virtual_) return io_.empty() ? 0 : 1;
  auto left = std::chrono::ceil<Milliseconds>(timers_.begin()->first->when - now());
  return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 1000));
}

int EpollLoop::dispatch(int timeout_ms) {
  std::array<epoll_event, 64> events{};
  const int count =
      ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), timeout_ms);
  for (int i = 0; i < count; ++i) {
    const auto& event = events.at(static_cast<std::size_t>(i));
    const bool broken = (event.events & (EPOLLERR | EPOLLHUP)) != 0;
    const Readiness found{.readable = broken || (event.events & (EPOLLIN | EPOLLRDHUP)) != 0,
                          .writable = broken || (event.events & EPOLLOUT) != 0};
    auto slots = by_fd_.find(event.data.fd);
    if (slots == by_fd_.end()) continue;
    const std::vector<IoSlot*> waiting(slots->second.begin(), slots->second.end());
    for (IoSlot* slot : waiting) {
      if (!io_.contains(slot)) continue;  // withdrawn by one that ran before it
      const bool wanted = (slot->interest != Interest::write && found.readable) ||
                          (slot->interest != Interest::read && found.writable);
      if (!wanted) continue;
      IoWait& wait = *slot->wait;
      stop_io(wait, slot);
      fire(wait, found);
    }
  }
  return count;
}

void EpollLoop::jump_to_next_timer() {
  if (timers_.empty()) return;
  const auto next = timers_.begin()->first->when;
  if (next <= virtual_now_) return;
  virtual_wall_ += std::chrono::ceil<Milliseconds>(next - virtual_now_);
  virtual_now_ = next;
}

void EpollLoop::fire_due_timers() {
  const auto due = now();
  while (!timers_.empty() && timers_.begin()->first->when <= due) {
    auto node = timers_.extract(timers_.begin());
    fire(*node.key()->wait);
  }
}

}  // namespace vneid
