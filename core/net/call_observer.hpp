#pragma once

#include <chrono>
#include <string_view>
#include <type_traits>
#include <utility>

#include "async/event_loop.hpp"
#include "async/task.hpp"
#include "net/unavailable.hpp"

namespace vneid {

/// Is told how the calls to one dependency end. A call whose caller goes away while it waits has
/// not ended: it is not told of. Must outlive the client it is given to.
class CallObserver {
 public:
  CallObserver() = default;
  CallObserver(const CallObserver&) = delete;
  CallObserver& operator=(const CallObserver&) = delete;
  virtual ~CallObserver() = default;

  /// There was an answer, whatever it says.
  virtual void answered(std::chrono::microseconds duration) noexcept = 0;
  /// There was none; also when nobody was asked, since the last calls have failed.
  virtual void failed(std::chrono::microseconds duration, FailureKind kind) noexcept = 0;
  /// It answered that it was not set up for us. `cause` says what, and the cure.
  virtual void misconfigured(std::string_view cause) noexcept { static_cast<void>(cause); }
};

/// Times one call.
class CallTimer {
 public:
  CallTimer(CallObserver* observer, const EventLoop& loop) noexcept
      : observer_(observer), loop_(loop), begun_(loop.now()) {}

  void answered() const noexcept {
    if (observer_ != nullptr) observer_->answered(spent());
  }
  void failed(FailureKind kind) const noexcept {
    if (observer_ != nullptr) observer_->failed(spent(), kind);
  }
  void failed(const Unavailable& away) const noexcept {
    if (observer_ == nullptr) return;
    if (away.kind() == FailureKind::misconfigured) {
      observer_->misconfigured(away.what());
    } else {
      observer_->failed(spent(), away.kind());
    }
  }

 private:
  [[nodiscard]] std::chrono::microseconds spent() const noexcept {
    return std::chrono::floor<std::chrono::microseconds>(loop_.now() - begun_);
  }

  CallObserver* observer_;
  const EventLoop& loop_;
  Monotonic begun_;
};

namespace detail {

template <class T>
Task<T> timed(CallObserver* observer, EventLoop& loop, Task<T> call) {
  const CallTimer timer{observer, loop};
  try {
    if constexpr (std::is_void_v<T>) {
      co_await std::move(call);
      timer.answered();
      co_return;
    } else {
      T value = co_await std::move(call);
      timer.answered();
      co_return value;
    }
  } catch (const Unavailable& away) {
    timer.failed(away);
    throw;
  }
}

}  // namespace detail

/// The call, with its end told to the observer (none when null): Unavailable is a failure.
template <class T>
Task<T> observed(CallObserver* observer, EventLoop& loop, Task<T> call) {
  if (observer == nullptr) return call;
  return detail::timed(observer, loop, std::move(call));
}

}  // namespace vneid
