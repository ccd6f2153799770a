#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

#include "async/event_loop.hpp"
#include "population/source.hpp"

namespace vneid::population {

/// Keeps calls from a service that is down: after some failures in a row none goes out for a
/// pause, and then one alone, the probe, which decides. Only a call's own permit can report on it,
/// and reports of calls from before the last change of state count for nothing.
class CircuitBreaker {
 public:
  /// Leave to make one call. Destroyed without a report (the call was cancelled, or was not
  /// needed), it leaves everything as it was, and a probe's turn goes to the next call.
  class Permit {
   public:
    Permit(Permit&& other) noexcept
        : breaker_(std::exchange(other.breaker_, nullptr)), era_(other.era_) {}
    Permit(const Permit&) = delete;
    Permit& operator=(const Permit&) = delete;
    Permit& operator=(Permit&&) = delete;
    ~Permit() {
      if (valid()) breaker_->given_back();
    }

    void succeeded() noexcept {
      if (valid()) breaker_->succeeded();
      breaker_ = nullptr;
    }
    void failed(Monotonic now) noexcept {
      if (valid()) breaker_->failed(now);
      breaker_ = nullptr;
    }

   private:
    friend class CircuitBreaker;
    explicit Permit(CircuitBreaker& breaker) noexcept : breaker_(&breaker), era_(breaker.era_) {}
    [[nodiscard]] bool valid() const noexcept {
      return breaker_ != nullptr && era_ == breaker_->era_;
    }

    CircuitBreaker* breaker_;
    std::uint64_t era_;
  };

  CircuitBreaker(unsigned failures, Milliseconds pause) noexcept
      : most_failures_(std::max(failures, 1U)), pause_(pause) {}
  CircuitBreaker(const CircuitBreaker&) = delete;
  CircuitBreaker& operator=(const CircuitBreaker&) = delete;

  /// Nothing while the circuit is open, or somebody else's probe is out. It must outlive permits.
  [[nodiscard]] std::optional<Permit> enter(Monotonic now) noexcept {
    if (state_ == Circuit::probing || (state_ == Circuit::open && now < probe_at_)) {
      return std::nullopt;
    }
    if (state_ == Circuit::open) change(Circuit::probing);
    return Permit{*this};
  }

  [[nodiscard]] Circuit state() const noexcept { return state_; }

 private:
  void change(Circuit state) noexcept {
    state_ = state;
    failures_ = 0;
    ++era_;
  }
  void given_back() noexcept {
    if (state_ == Circuit::probing) change(Circuit::open);  // its pause is over already
  }
  void succeeded() noexcept {
    failures_ = 0;
    if (state_ == Circuit::probing) change(Circuit::closed);
  }
  void failed(Monotonic now) noexcept {
    if (state_ == Circuit::closed && ++failures_ < most_failures_) return;
    probe_at_ = now + pause_;
    change(Circuit::open);
  }

  unsigned most_failures_;
  Milliseconds pause_;
  Circuit state_ = Circuit::closed;
  unsigned failures_ = 0;
  Monotonic probe_at_;
  std::uint64_t era_ = 0;
};

}  // namespace vneid::population
