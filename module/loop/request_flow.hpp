#pragma once

#include <exception>
#include <utility>

#include "async/deadline.hpp"
#include "async/detached.hpp"
#include "async/outcome.hpp"
#include "module/loop/process.hpp"
#include "module/ngx.hpp"

namespace vneid::ngx {

/// A flow of the core on behalf of an nginx request.
///
/// The flow never sees the request and never finalizes it: it ends with a value, and the request's
/// write handler is posted, which finds the value here (code-models.md §2.1). Posting
/// r->connection->write rather than an event of ours means that nginx withdraws it when the
/// connection or the HTTP/2 stream closes.
///
/// The deadline's timer stays set until this object dies, so a leaving worker waits for the answer
/// to be sent (code-models.md finding 5). Destroying the object destroys the flow where it waits.
template <class T>
class RequestFlow final : public LiveFlow, private TimerWait {
 public:
  RequestFlow(Process& process, ngx_http_request_t* r, Task<T> task)
      : TimerWait(process.loop(), TimerKind::holds_worker),
        process_(process),
        request_(r),
        position_(process.enlist(*this)),
        root_(run(*this, std::move(task))) {}
  ~RequestFlow() { process_.discharge(position_); }

  /// Runs until the flow waits for the first time, or ends.
  void start(Milliseconds limit) {
    TimerWait::arm(process_.loop().now() + limit);
    root_.start();
    waiting_ = true;
  }
  [[nodiscard]] bool finished() const noexcept { return outcome_.settled(); }
  /// The value, or throws what ended the flow: DeadlinePassed, or what the flow threw.
  T take() { return outcome_.take(); }

  void abandon() noexcept override {
    root_.destroy();
    TimerWait::disarm();
  }

 private:
  static RootFrame run(RequestFlow& self, Task<T> task) {
    Outcome<T> outcome = co_await settle(std::move(task));
    self.outcome_ = std::move(outcome);
    self.wake_request();
  }
  void wake_request() noexcept {
    if (!waiting_) return;
    ngx_event_t* event = request_->connection->write;
    ngx_post_event(event, &ngx_posted_events);
  }
  void expired() noexcept override {
    if (finished()) return;
    root_.destroy();  // it waits, since a timer fires from the loop's top level
    outcome_.fail(std::make_exception_ptr(DeadlinePassed()));
    wake_request();
  }

  Process& process_;
  ngx_http_request_t* request_;
  Process::Live::iterator position_;
  Outcome<T> outcome_;
  RootFrame root_;
  bool waiting_ = false;
};

}  // namespace vneid::ngx
