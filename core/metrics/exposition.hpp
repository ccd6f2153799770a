#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "async/event_loop.hpp"
#include "metrics/metrics.hpp"

namespace vneid::metrics {

/// The two text formats that Prometheus reads: OpenMetrics 1.0, and its own older one, 0.0.4.
enum class Format : std::uint8_t { openmetrics, prometheus };

/// What a scraper asks for: OpenMetrics when its Accept header names it with a weight above zero,
/// in a version that is 1.x or 0.x or not said.
Format negotiate_format(std::string_view accept) noexcept;

/// For the Content-Type header.
std::string_view content_type(Format format) noexcept;

/// What is shown beside the counters.
struct Gauges {
  std::size_t workers = 1;  ///< worker processes that are alive
  Wall counting_since{};    ///< when the counters were at zero
};

/// All metrics as text. Reads every number once, so a histogram's count is always the sum of the
/// buckets that are printed with it.
std::string render(const Metrics& metrics, const Gauges& gauges, Format format);

}  // namespace vneid::metrics
