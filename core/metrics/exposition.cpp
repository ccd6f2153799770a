#include "metrics/exposition.hpp"

#include <array>

#include "text/ascii.hpp"

namespace vneid::metrics {

namespace {

constexpr std::string_view latency_name = "vneid_dependency_duration_seconds";

/// What stands before the samples of a family.
struct Description {
  std::string_view name;
  std::string_view type;
  std::string_view unit;  ///< may be empty
  std::string_view help;
};

/// A sample line is `name{labels} value`.
class Text {
 public:
  explicit Text(Format format) : format_(format) {}

  /// The lines before a family's samples. In the older format a counter is called by the name of
  /// its sample, and units are not known.
  void describe(const Description& family) {
    const auto& [name, type, unit, help] = family;
    const bool open = format_ == Format::openmetrics;
    const std::string_view suffix = !open && type == "counter" ? "_total" : "";
    append({"# TYPE ", name, suffix, " ", type, "\n"});
    if (open && !unit.empty()) append({"# UNIT ", name, " ", unit, "\n"});
    append({"# HELP ", name, suffix, " ", help, "\n"});
  }
  void sample(std::initializer_list<std::string_view> name_and_labels, std::string_view value) {
    append(name_and_labels);
    append({" ", value, "\n"});
  }
  [[nodiscard]] std::string finish() && {
    if (format_ == Format::openmetrics) text_ += "# EOF\n";
    return std::move(text_);
  }

 private:
  void append(std::initializer_list<std::string_view> parts) {
    for (const auto part : parts) text_ += part;
  }

  Format format_;
  std::string text_;
};

/// An amount of `1 / scale` units as a decimal number, exactly: "0.001", "2.5", "1.0".
std::string decimal(std::uint64_t amount, std::uint64_t scale) {
  std::string fraction;
  std::uint64_t rest = amount % scale;
  for (std::uint64_t unit = scale / 10; unit > 0 && rest > 0; unit /= 10) {
    fraction += static_cast<char>('0' + rest / unit);
    rest %= unit;
  }
  return std::to_string(amount / scale) + "." + (fraction.empty() ? "0" : fraction);
}

std::string seconds(std::uint64_t microseconds) { return decimal(microseconds, 1'000'000); }

void add_counters(Text& text, const Counters& counters) {
  for (const FamilyView& family : table) {
    text.describe({.name = family.name, .type = "counter", .unit = "", .help = family.help});
    for (std::size_t i = 0; i < family.size; ++i) {
      const auto value = counters.values[family.first + i].load(std::memory_order_relaxed);
      text.sample({family.name, "_total{", family.label, "=\"", word_at(family.words, i), "\"}"},
                  std::to_string(value));
    }
  }
}

void add_histogram(Text& text, const Histogram& histogram, const std::string& labels) {
  std::uint64_t count = 0;
  for (std::size_t i = 0; i < histogram.buckets.size(); ++i) {
    count += histogram.buckets[i].load(std::memory_order_relaxed);
    const std::string bound = i < latency_bounds.size() ? seconds(latency_bounds[i]) : "+Inf";
    text.sample({latency_name, "_bucket{", labels, ",le=\"", bound, "\"}"}, std::to_string(count));
  }
  text.sample({latency_name, "_count{", labels, "}"}, std::to_string(count));
  text.sample({latency_name, "_sum{", labels, "}"},
              seconds(histogram.sum.load(std::memory_order_relaxed)));
}

void add_latency(Text& text, const Counters& counters) {
  text.describe({.name = latency_name,
                 .type = "histogram",
                 .unit = "seconds",
                 .help = "Time until a dependency has answered."});
  for (std::size_t i = 0; i < counters.latency.size(); ++i) {
    for (std::size_t j = 0; j < counters.latency[i].size(); ++j) {
      std::string labels = "dependency=\"";
      labels += word_at(words<Dependency>, i);
      labels += "\",outcome=\"";
      labels += word_at(words<CallOutcome>, j);
      labels += '"';
      add_histogram(text, counters.latency[i][j], labels);
    }
  }
}

/// Takes what stands before the next separator off the text.
std::string_view next_part(std::string_view& text, char separator) noexcept {
  const auto end = text.find(separator);
  const auto part = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return text::trim(part);
}

/// Whether one media range of an Accept header (RFC 9110 §12.5.1) is OpenMetrics that we write.
bool is_openmetrics(std::string_view range) noexcept {
  if (!text::equal_without_case(next_part(range, ';'), "application/openmetrics-text"))
    return false;
  while (!range.empty()) {
    auto value = next_part(range, ';');
    const auto name = next_part(value, '=');
    if (text::equal_without_case(name, "q") &&
        value.find_first_not_of("0.") == std::string_view::npos) {
      return false;
    }
    if (text::equal_without_case(name, "version") && !value.starts_with("1.") &&
        !value.starts_with("0.")) {
      return false;
    }
  }
  return true;
}

}  // namespace

Format negotiate_format(std::string_view accept) noexcept {
  while (!accept.empty()) {
    if (is_openmetrics(next_part(accept, ','))) return Format::openmetrics;
  }
  return Format::prometheus;
}

std::string_view content_type(Format format) noexcept {
  return format == Format::openmetrics
             ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
             : "text/plain; version=0.0.4; charset=utf-8";
}

std::string render(const Metrics& metrics, const Gauges& gauges, Format format) {
  Text text(format);
  add_counters(text, metrics.counters());
  add_latency(text, metrics.counters());
  text.describe({.name = "vneid_workers",
                 .type = "gauge",
                 .unit = "",
                 .help = "Worker processes that are alive."});
  text.sample({"vneid_workers"}, std::to_string(gauges.workers));
  constexpr std::string_view since = "vneid_counting_since_seconds";
  text.describe({.name = since,
                 .type = "gauge",
                 .unit = "seconds",
                 .help = "When the counters were at zero, Unix time."});
  const auto milliseconds = gauges.counting_since.time_since_epoch().count();
  text.sample({since}, decimal(static_cast<std::uint64_t>(milliseconds), 1'000));
  return std::move(text).finish();
}

}  // namespace vneid::metrics
