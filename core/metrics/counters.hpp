#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <type_traits>

#include "metrics/families.hpp"

namespace vneid::metrics {

/// Whom a worker asks. `provider`: any identity provider.
VNEID_LABELS(Dependency, redis, postgres, provider, population);
/// `failed`: no answer, or none that could be used.
VNEID_LABELS(CallOutcome, ok, failed);

/// Upper bounds of the latency histograms, in microseconds: 1 ms to 10 s.
inline constexpr std::array<std::uint64_t, 13> latency_bounds{
    1'000,   2'500,   5'000,     10'000,    25'000,    50'000,    100'000,
    250'000, 500'000, 1'000'000, 2'500'000, 5'000'000, 10'000'000};

using Cell = std::atomic<std::uint64_t>;
// Workers of different processes meet here: a lock of one process would not keep the others out.
static_assert(Cell::is_always_lock_free && sizeof(Cell) == 8);

/// Durations, each in the one bucket it falls in; the last is for what is above all bounds.
struct Histogram {
  std::array<Cell, latency_bounds.size() + 1> buckets{};
  Cell sum{};  ///< microseconds
};

/// All numbers that workers share. No pointers: each process may map it at another address. Relaxed
/// atomics throughout: the numbers are independent of each other, and a worker that is killed
/// between two of them leaves both right.
struct Counters {
  std::array<Cell, counter_count> values{};
  std::array<std::array<Histogram, label_count<CallOutcome>>, label_count<Dependency>> latency{};
};
static_assert(std::is_standard_layout_v<Counters> && std::is_trivially_destructible_v<Counters>);

}  // namespace vneid::metrics
