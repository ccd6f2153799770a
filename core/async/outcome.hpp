#pragma once

#include <exception>
#include <optional>
#include <utility>
#include <variant>

#include "async/task.hpp"
#include "certain.hpp"

namespace vneid {

/// What a task ended with: a value or an exception, kept for whoever asks later.
template <class T>
class Outcome {
 public:
  using Stored = std::conditional_t<std::is_void_v<T>, std::monostate, T>;

  [[nodiscard]] bool settled() const noexcept { return failure_ || value_.has_value(); }
  void succeed(Stored value) { value_.emplace(std::move(value)); }
  void fail(std::exception_ptr failure) noexcept { failure_ = std::move(failure); }

  /// Moves the value out, or throws what the task threw.
  T take() {
    if (failure_) std::rethrow_exception(failure_);
    if constexpr (!std::is_void_v<T>) return certain(std::move(value_));
  }
  /// The value for several readers, or throws what the task threw.
  const Stored& get() const {
    if (failure_) std::rethrow_exception(failure_);
    return certain(value_);
  }

 private:
  std::optional<Stored> value_;
  std::exception_ptr failure_;
};

/// Awaits the task and keeps what it ended with. Never throws.
template <class T>
Task<Outcome<T>> settle(Task<T> task) {
  Outcome<T> outcome;
  try {
    if constexpr (std::is_void_v<T>) {
      co_await std::move(task);
      outcome.succeed({});
    } else {
      T value = co_await std::move(task);
      outcome.succeed(std::move(value));
    }
  } catch (...) {
    outcome.fail(std::current_exception());
  }
  co_return outcome;
}

}  // namespace vneid
