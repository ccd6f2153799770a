#include "metrics/metrics.hpp"

#include <algorithm>

namespace vneid::metrics {

void Metrics::observe(Dependency dependency, std::chrono::microseconds duration,
                      bool ok) const noexcept {
  const auto spent =
      static_cast<std::uint64_t>(std::max<std::chrono::microseconds::rep>(duration.count(), 0));
  const auto outcome = ok ? CallOutcome::ok : CallOutcome::failed;
  Histogram& histogram =
      counters_->latency[static_cast<std::size_t>(dependency)][static_cast<std::size_t>(outcome)];
  // A bound belongs to its bucket: le is "less or equal".
  const auto* bound = std::ranges::lower_bound(latency_bounds, spent);
  const auto bucket = static_cast<std::size_t>(bound - latency_bounds.begin());
  histogram.buckets[bucket].fetch_add(1, std::memory_order_relaxed);
  histogram.sum.fetch_add(spent, std::memory_order_relaxed);
}

}  // namespace vneid::metrics
