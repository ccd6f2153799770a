#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <set>
#include <unordered_map>

#include "async/event_loop.hpp"
#include "module/ngx.hpp"

namespace vneid::ngx {

/// The core's event loop on nginx's events: no second loop in a worker (design D1). One a worker.
///
/// Everything runs from within ngx_process_events_and_timers, so code that a wait resumes may post
/// to ngx_posted_events and be heard in the same turn.
class NgxEventLoop final : public EventLoop {
 public:
  explicit NgxEventLoop(ngx_log_t* log) noexcept;
  NgxEventLoop(const NgxEventLoop&) = delete;
  NgxEventLoop& operator=(const NgxEventLoop&) = delete;
  ~NgxEventLoop() override;

  [[nodiscard]] Monotonic now() const noexcept override;
  [[nodiscard]] Wall wall_now() const noexcept override;
  [[nodiscard]] bool leaving() const noexcept override;

 protected:
  void* start_io(IoWait& wait, int fd, Interest interest) override;
  void stop_io(IoWait& wait, void* slot) noexcept override;
  void* start_timer(TimerWait& wait, Monotonic when) override;
  void stop_timer(TimerWait& wait, void* slot) noexcept override;
  void enqueue(Posted& item) noexcept override;

 private:
  /// nginx prints `((ngx_connection_t *) ev->data)->fd` of any event when it debugs.
  struct EventIdentity {
    void* unused[3] = {};
    ngx_socket_t fd = -1;
  };
  struct TimerSlot {
    EventIdentity identity;
    ngx_event_t event{};
    NgxEventLoop* loop = nullptr;
    TimerWait* wait = nullptr;
    Monotonic when;
  };
  struct IoSlot {
    IoWait* wait;
    int fd;
    Interest interest;
    std::uint64_t armed_at;  // order in which waits were armed
  };
  struct Watch {
    NgxEventLoop* loop = nullptr;
    ngx_connection_t* connection = nullptr;
    std::set<IoSlot*> slots;
    bool told_closing = false;
  };

  static void on_io(ngx_event_t* event) noexcept;
  static void on_timer(ngx_event_t* event) noexcept;
  static void on_posted(ngx_event_t* event) noexcept;
  static void on_hold(ngx_event_t* event) noexcept;

  [[nodiscard]] Watch& watch(int fd);
  [[nodiscard]] bool update_interest(const Watch& watch) const noexcept;
  void release(Watch& watch) noexcept;
  void fire_ready(int fd, bool read, bool write, bool closing) noexcept;
  void schedule(TimerSlot& slot) noexcept;
  void post_next(ngx_event_t& event) noexcept;

  ngx_log_t* log_;
  PostedQueue posted_;
  EventIdentity identity_;
  ngx_event_t pump_{};
  ngx_event_t hold_{};
  bool pumping_ = false;
  std::uint64_t sequence_ = 0;
  std::unordered_map<int, std::unique_ptr<Watch>> watches_;
};

}  // namespace vneid::ngx
