#pragma once

#include <algorithm>
#include <random>

#include "async/event_loop.hpp"

namespace vneid::redis {

/// When the next attempt to connect may be made: 50 ms after the first failure, twice as long
/// after each further one, at most 5 s; the upper half of each span is chance.
class BackOff {
 public:
  static constexpr Milliseconds shortest{50};
  static constexpr Milliseconds longest{5'000};

  void failed(Monotonic now) {
    const auto ceiling = std::min(longest, shortest * (1 << failures_));
    failures_ = std::min(failures_ + 1, 7);
    std::uniform_int_distribution<Milliseconds::rep> spread(std::max(shortest, ceiling / 2).count(),
                                                            ceiling.count());
    next_try_ = now + Milliseconds{spread(random_)};
  }
  void succeeded() noexcept { failures_ = 0; }
  [[nodiscard]] bool over(Monotonic now) const noexcept { return now >= next_try_; }

 private:
  int failures_ = 0;
  Monotonic next_try_ = Monotonic::min();
  std::minstd_rand random_{std::random_device{}()};  // so that workers do not come back in step
};

}  // namespace vneid::redis
