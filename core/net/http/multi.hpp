#pragma once

#include <cstddef>
#include <memory>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include <curl/curl.h>

#include "async/event_loop.hpp"

namespace vneid::http {

class Transfer;

/// libcurl's multi handle on the event loop. libcurl's callbacks only take notes; descriptors are
/// armed once it has returned.
class Multi {
 public:
  explicit Multi(EventLoop& loop);
  Multi(const Multi&) = delete;
  Multi& operator=(const Multi&) = delete;
  ~Multi();

  [[nodiscard]] EventLoop& loop() const noexcept { return loop_; }

  /// Starts the transfer; it is told `finish` or `fail` later. Throws ExchangeFailed.
  void add(Transfer& transfer);
  /// Takes a running transfer down. Never from within a callback of libcurl.
  void remove(Transfer& transfer) noexcept;
  /// Fails what runs and closes every connection, for good.
  void close() noexcept;

 private:
  class Watch;
  struct MultiDeleter {
    void operator()(CURLM* handle) const noexcept { curl_multi_cleanup(handle); }
  };
  using Action = void (Multi::*)() noexcept;
  class Timer final : public TimerWait {
   public:
    Timer(Multi& multi, TimerKind kind, Action action) noexcept
        : TimerWait(multi.loop_, kind), multi_(multi), action_(action) {}
    ~Timer() = default;

   private:
    void expired() noexcept override { (multi_.*action_)(); }
    Multi& multi_;
    Action action_;
  };

  static int on_socket(CURL* easy, curl_socket_t fd, int what, void* self, void* watch) noexcept;
  static int on_timer(CURLM* handle, long timeout_ms, void* self) noexcept;

  /// Runs every transfer once, from the loop's top level.
  class Nudge final : public Posted {
   public:
    explicit Nudge(Multi& multi) noexcept : Posted(multi.loop_), multi_(multi) {}
    ~Nudge() = default;

   private:
    void run() noexcept override { multi_.run_all(); }
    Multi& multi_;
  };

  void open();
  void act(curl_socket_t fd, int events) noexcept;
  void act_on_time() noexcept;
  void run_all() noexcept;
  void take_stock() noexcept;
  void collect() noexcept;
  void nudge_if_stranded() noexcept;
  void watch_sockets() noexcept;
  void fail_user(CURL* user) noexcept;
  void release(Transfer& transfer) noexcept;
  void rest_if_idle() noexcept;
  void close_idle_connections() noexcept;

  EventLoop& loop_;
  std::unordered_map<curl_socket_t, std::unique_ptr<Watch>> watches_;
  std::vector<curl_socket_t> to_watch_;
  std::unordered_set<Transfer*> running_;
  Timer timer_{*this, TimerKind::holds_worker, &Multi::act_on_time};
  Timer idle_timer_{*this, TimerKind::background, &Multi::close_idle_connections};
  Nudge nudge_{*this};
  CURL* last_removed_ = nullptr;  // whose socket libcurl let go of in this turn; compared only
  bool closed_ = false;
  std::unique_ptr<CURLM, MultiDeleter> handle_;  // last: its end calls on_socket
};

}  // namespace vneid::http
