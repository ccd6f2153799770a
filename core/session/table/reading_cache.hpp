#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <utility>

#include "async/event_loop.hpp"

namespace vneid {

/// What a worker has made of the readings of sessions (SessionTable::Found::reading), so that the
/// requests of a live session make nothing again. A reading that is taken back is never asked for
/// any more, and falls out in time: there are two generations, of at most `most` and of `age` each.
/// Loop thread only.
template <class Made, std::size_t most>
class ReadingCache {
 public:
  static constexpr std::chrono::minutes age{2};

  /// The place of a reading, blank when it is new. Valid until the next call. 0 is no reading, and
  /// its place is blank each time.
  Made& of(std::uint64_t reading, Monotonic now) {
    if (reading == 0) return none_ = Made{};
    if (now >= born_ + age) begin_generation(now);
    if (const auto found = young_.find(reading); found != young_.end()) return found->second;
    Made made{};
    if (auto old = old_.extract(reading)) made = std::move(old.mapped());
    if (young_.size() == most) begin_generation(now);
    return young_.emplace(reading, std::move(made)).first->second;
  }
  [[nodiscard]] std::size_t size() const noexcept { return young_.size() + old_.size(); }

 private:
  void begin_generation(Monotonic now) {
    old_ = std::exchange(young_, {});
    born_ = now;
  }

  Monotonic born_{};  // the young generation
  Made none_{};
  std::unordered_map<std::uint64_t, Made> young_;
  std::unordered_map<std::uint64_t, Made> old_;
};

}  // namespace vneid
