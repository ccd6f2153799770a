#pragma once

#include <chrono>
#include <cstdint>
#include <stdexcept>

namespace vneid {

/// Monotonic time of the loop, for deadlines. Never compared with the calendar.
using Monotonic = std::chrono::steady_clock::time_point;
/// Calendar time (UTC instants), for policy, tokens and records.
using Wall = std::chrono::sys_time<std::chrono::milliseconds>;
using Milliseconds = std::chrono::milliseconds;

/// What a wait for a file descriptor asks for.
enum class Interest : std::uint8_t { read, write, read_write };

/// What a wait for a file descriptor found. Several may be set.
struct Readiness {
  bool readable = false;
  bool writable = false;
  /// The worker is going away: give the descriptor up as soon as nothing needs it.
  bool closing = false;
};

/// Whether a timer keeps a leaving worker alive until it fires. A flow in progress must
/// (`holds_worker`); idle and refresh timers must not (`background`).
enum class TimerKind : std::uint8_t { holds_worker, background };

/// The loop could not take another registration (nginx: `worker_connections` are exhausted).
/// Answer 503; it is overload, not a bug.
class LoopExhausted : public std::runtime_error {
 public:
  LoopExhausted() : std::runtime_error("event loop has no free connection slot") {}
};

class EventLoop;

/// One-shot, level-triggered interest in one file descriptor. The object is the registration: it
/// is withdrawn by its destructor, and after `ready` it is no longer armed.
///
/// Loop thread only. The loop must outlive it.
class IoWait {
 public:
  explicit IoWait(EventLoop& loop) noexcept : loop_(loop) {}
  IoWait(const IoWait&) = delete;
  IoWait& operator=(const IoWait&) = delete;

  /// Arms the wait, replacing what was armed. Throws LoopExhausted.
  void arm(int fd, Interest interest);
  /// Takes the registration back. Call it *before* anything that may close the descriptor:
  /// a number that is closed first may already belong to somebody else (code-models.md §2.4).
  void disarm() noexcept;
  [[nodiscard]] bool armed() const noexcept { return slot_ != nullptr; }

 protected:
  ~IoWait() { disarm(); }
  /// Called by the loop, never from within `arm`. May destroy this object.
  virtual void ready(Readiness readiness) noexcept = 0;

 private:
  friend class EventLoop;
  EventLoop& loop_;
  void* slot_ = nullptr;  // the loop's own registration
};

/// A timer that calls `expired` once. Withdrawn by its destructor. Loop thread only.
class TimerWait {
 public:
  TimerWait(EventLoop& loop, TimerKind kind) noexcept : loop_(loop), kind_(kind) {}
  TimerWait(const TimerWait&) = delete;
  TimerWait& operator=(const TimerWait&) = delete;

  /// Arms the timer, replacing what was armed. An instant in the past fires on the next turn.
  void arm(Monotonic when);
  void disarm() noexcept;
  [[nodiscard]] bool armed() const noexcept { return slot_ != nullptr; }
  [[nodiscard]] TimerKind kind() const noexcept { return kind_; }

 protected:
  ~TimerWait() { disarm(); }
  /// Called by the loop, never from within `arm`. May destroy this object.
  virtual void expired() noexcept = 0;

 private:
  friend class EventLoop;
  EventLoop& loop_;
  TimerKind kind_;
  void* slot_ = nullptr;
};

/// Its place in a queue of posted items: an intrusive ring.
struct PostedLink {
  PostedLink* next_ = nullptr;  // both set while queued
  PostedLink* previous_ = nullptr;
};

/// Something to run soon, from the loop's top level. Every wake-up of a coroutine goes through
/// this, so that no library callback ever runs a coroutine (code-models.md §1.3, §2.2).
/// Withdrawn by its destructor. Loop thread only.
class Posted : private PostedLink {
 public:
  explicit Posted(EventLoop& loop) noexcept : loop_(loop) {}
  Posted(const Posted&) = delete;
  Posted& operator=(const Posted&) = delete;

  /// Queues it. Does nothing when it is queued already.
  void post() noexcept;
  void withdraw() noexcept;
  [[nodiscard]] bool posted() const noexcept { return next_ != nullptr; }

 protected:
  ~Posted() { withdraw(); }
  /// Called by the loop. May destroy this object, and may post it again: then it runs in the next
  /// turn, so that it cannot starve the loop.
  virtual void run() noexcept = 0;

 private:
  friend class EventLoop;
  friend class PostedQueue;
  EventLoop& loop_;
};

/// The small interface over which every client runs: wait for a descriptor, sleep until, post,
/// now (design D1). Two implementations: nginx's in module/, and EpollLoop here.
class EventLoop {
 public:
  EventLoop() = default;
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;
  virtual ~EventLoop() = default;

  [[nodiscard]] virtual Monotonic now() const noexcept = 0;
  [[nodiscard]] virtual Wall wall_now() const noexcept = 0;
  /// True once the worker has begun to leave: pooled connections are not kept from then on.
  [[nodiscard]] virtual bool leaving() const noexcept = 0;

 protected:
  friend class IoWait;
  friend class TimerWait;
  friend class Posted;
  virtual void* start_io(IoWait& wait, int fd, Interest interest) = 0;
  virtual void stop_io(IoWait& wait, void* slot) noexcept = 0;
  virtual void* start_timer(TimerWait& wait, Monotonic when) = 0;
  virtual void stop_timer(TimerWait& wait, void* slot) noexcept = 0;
  virtual void enqueue(Posted& item) noexcept = 0;

  // What implementations may do to waits: C++ friendship is not inherited.
  static void fire(IoWait& wait, Readiness readiness) noexcept {
    wait.slot_ = nullptr;
    wait.ready(readiness);
  }
  static void fire(TimerWait& wait) noexcept {
    wait.slot_ = nullptr;
    wait.expired();
  }
};

/// The queue behind EventLoop::enqueue, shared by the implementations.
class PostedQueue {
 public:
  PostedQueue() noexcept;
  PostedQueue(const PostedQueue&) = delete;
  PostedQueue& operator=(const PostedQueue&) = delete;

  void push(Posted& item) noexcept;
  /// Runs what is queued now; what is queued meanwhile stays for the next call.
  void run_once() noexcept;
  [[nodiscard]] bool empty() const noexcept;

  /// Takes an item out of whatever queue it is in.
  static void unlink(Posted& item) noexcept;

 private:
  PostedLink ring_;
};

}  // namespace vneid
