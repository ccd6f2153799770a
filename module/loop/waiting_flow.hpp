#pragma once

#include <exception>
#include <string>
#include <utility>

#include "async/deadline.hpp"
#include "async/detached.hpp"
#include "async/outcome.hpp"
#include "module/loop/process.hpp"
#include "module/ngx.hpp"

namespace vneid::ngx {

/// Client gone while we wait: nginx reads nothing from it unless told to (code-models.md finding
/// 4). Returns NGX_OK or NGX_ERROR.
ngx_int_t watch_client(ngx_http_request_t* r) noexcept;

/// Has the write handler of a request called, soon. The connection's event calls that of the
/// request whose answer goes out now; a subrequest that waits behind another stands in nginx's
/// list.
void wake(ngx_http_request_t* r) noexcept;

/// A flow of the core on behalf of an nginx request, and all that waiting for it takes.
///
/// The flow never sees the request and never finalizes it: it ends with a value, and the request's
/// write handler is posted, which finds the value here (code-models.md §2.1). Posting
/// r->connection->write rather than an event of ours means that nginx withdraws it when the
/// connection or the HTTP/2 stream closes.
///
/// The deadline's timer stays set until this object dies, so a leaving worker waits for the answer
/// to be sent (code-models.md finding 5). Destroying the object destroys the flow where it waits.
template <class T>
class WaitingFlow final : public LiveFlow, private TimerWait {
 public:
  /// `what` and `reference` are for the log; `what` is a literal.
  WaitingFlow(Process& process, ngx_http_request_t* r, const char* what, std::string reference,
              Task<T> task)
      : TimerWait(process.loop(), TimerKind::holds_worker),
        loop_(process.loop()),
        request_(r),
        what_(what),
        reference_(std::move(reference)),
        enlisted_(process, *this),
        root_(run(*this, std::move(task))) {}

  /// Runs until the flow waits for the first time, or ends.
  void start(Milliseconds limit) {
    TimerWait::arm(loop_.now() + limit);
    root_.start();
    waiting_ = true;
  }
  /// The same for a request of whose writing we are in charge: NGX_OK when the flow has ended;
  /// NGX_AGAIN when it waits, and `resume` is called when it has ended; or NGX_ERROR.
  ngx_int_t start(Milliseconds limit, ngx_http_event_handler_pt resume) {
    start(limit);
    if (finished()) return NGX_OK;
    request_->write_event_handler = resume;
    return watch_client(request_) == NGX_OK ? NGX_AGAIN : NGX_ERROR;
  }

  [[nodiscard]] bool finished() const noexcept { return outcome_.settled(); }
  [[nodiscard]] const std::string& reference() const noexcept { return reference_; }

  /// The value. What ended the flow otherwise is logged, and `instead(deadline_passed)` taken.
  template <class Instead>
  T take(Instead instead) {
    bool late = false;
    try {
      return outcome_.take();
    } catch (const DeadlinePassed&) {
      late = true;
      complain("took too long");
    } catch (const std::exception& error) {
      complain(error.what());
    }
    return instead(late);
  }

  void abandon() noexcept override {
    root_.destroy();
    TimerWait::disarm();
  }

 private:
  static RootFrame run(WaitingFlow& self, Task<T> task) {
    Outcome<T> outcome = co_await settle(std::move(task));
    self.outcome_ = std::move(outcome);
    self.wake_request();
  }
  void wake_request() noexcept {
    if (waiting_) wake(request_);
  }
  void expired() noexcept override {
    if (finished()) return;
    root_.destroy();  // it waits, since a timer fires from the loop's top level
    outcome_.fail(std::make_exception_ptr(DeadlinePassed()));
    wake_request();
  }
  void complain(const char* cause) const noexcept {
    ngx_log_error(NGX_LOG_ERR, request_->connection->log, 0, "vneid: %s: %s, reference %s", what_,
                  cause, reference_.c_str());
  }

  EventLoop& loop_;
  ngx_http_request_t* request_;
  const char* what_;
  std::string reference_;
  Process::Enlisted enlisted_;
  Outcome<T> outcome_;
  RootFrame root_;
  bool waiting_ = false;
};

}  // namespace vneid::ngx
