#pragma once

#include <chrono>
#include <memory>
#include <utility>

#include "metrics/counters.hpp"

namespace vneid::metrics {

/// A handle to the counters, cheap to copy. Never fails and never waits, so that a flow may count
/// anywhere. Safe between threads and processes.
class Metrics {
 public:
  /// Counts in memory of its own: command line and tests.
  Metrics() : counters_(std::make_shared<Counters>()) {}
  /// Counts in memory that others have too; SharedBlock::metrics() gives it.
  explicit Metrics(std::shared_ptr<Counters> shared) noexcept : counters_(std::move(shared)) {}

  /// One more (or `count` more) of this.
  template <Counted Labels>
  void add(Labels label, std::uint64_t count = 1) const noexcept {
    counters_->values[place(label)].fetch_add(count, std::memory_order_relaxed);
  }

  /// A call to a dependency has ended after `duration`; below zero (a clock that was set) is zero.
  void observe(Dependency dependency, std::chrono::microseconds duration, bool ok) const noexcept;

  template <Counted Labels>
  [[nodiscard]] std::uint64_t value(Labels label) const noexcept {
    return counters_->values[place(label)].load(std::memory_order_relaxed);
  }
  [[nodiscard]] const Counters& counters() const noexcept { return *counters_; }

 private:
  std::shared_ptr<Counters> counters_;  // without an owner when nginx keeps the memory
};

}  // namespace vneid::metrics
