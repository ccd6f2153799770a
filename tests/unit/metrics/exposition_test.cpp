#include "metrics/exposition.hpp"

#include <map>
#include <regex>
#include <set>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace vneid::metrics {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

struct Sample {
  std::string name;
  std::string labels;
  std::string value;
};

/// The rules of OpenMetrics 1.0 for what we print: each family once, its TYPE first, UNIT and HELP
/// next, then only samples of its own with the suffixes of its type, no label set twice.
class StrictParser {
 public:
  explicit StrictParser(const std::string& text) {
    EXPECT_TRUE(text.ends_with("\n# EOF\n"));
    for (const auto& line : lines_of(text)) {
      EXPECT_FALSE(ended_) << "behind the end: " << line;
      if (line == "# EOF") {
        ended_ = true;
      } else if (line.starts_with("# ")) {
        descriptor(line);
      } else {
        sample(line);
      }
    }
    EXPECT_TRUE(ended_);
  }

  std::vector<Sample> samples;

  std::string value(const std::string& name, const std::string& labels = "") const {
    for (const auto& found : samples) {
      if (found.name == name && found.labels == labels) return found.value;
    }
    return "absent";
  }

 private:
  void descriptor(const std::string& line) {
    static const std::regex form("# (TYPE|UNIT|HELP) ([a-z_]+) ([^\\\\\"\n]+)");
    std::smatch match;
    ASSERT_TRUE(std::regex_match(line, match, form)) << line;
    if (match[1] == "TYPE") {
      family_ = match[2];
      type_ = match[3];
      EXPECT_TRUE(families_.insert(family_).second) << "twice: " << line;
      EXPECT_FALSE(family_.ends_with("_total")) << line;
    }
    EXPECT_EQ(match[2], family_) << line;
    if (match[1] == "UNIT") EXPECT_TRUE(family_.ends_with("_" + match[3].str())) << line;
  }

  void sample(const std::string& line) {
    static const std::regex form(
        "([a-z_]+)(\\{[a-z_]+=\"[A-Za-z0-9_.+]+\"(,[a-z_]+=\"[A-Za-z0-9_.+]+\")*\\})? "
        "([0-9]+(\\.[0-9]+)?)");
    std::smatch match;
    ASSERT_TRUE(std::regex_match(line, match, form)) << line;
    ASSERT_TRUE(match[1].str().starts_with(family_)) << line;
    static const std::map<std::string, std::set<std::string>> suffixes{
        {"counter", {"_total"}}, {"gauge", {""}}, {"histogram", {"_bucket", "_count", "_sum"}}};
    EXPECT_TRUE(suffixes.at(type_).contains(match[1].str().substr(family_.size()))) << line;
    EXPECT_TRUE(seen_.insert(match[1].str() + match[2].str()).second) << "twice: " << line;
    samples.push_back({match[1], match[2], match[4]});
  }

  std::string family_;
  std::string type_;
  std::set<std::string> families_;
  std::set<std::string> seen_;
  bool ended_ = false;
};

TEST(OpenMetrics, FollowsItsGrammarAndShowsEveryCounter) {
  const StrictParser parsed(render(Metrics(), {}, Format::openmetrics));
  std::size_t counters = 0;
  for (const auto& sample : parsed.samples) counters += sample.name.ends_with("_total") ? 1U : 0U;
  EXPECT_EQ(counters, counter_count);
}

TEST(OpenMetrics, ShowsWhatWasCounted) {
  const Metrics metrics;
  metrics.add(Callback::provider_refused, 7);
  Gauges gauges;
  gauges.workers = 3;
  gauges.counting_since = Wall{1'700'000'000'250ms};
  const StrictParser parsed(render(metrics, gauges, Format::openmetrics));
  EXPECT_EQ(parsed.value("vneid_callbacks_total", "{result=\"provider_refused\"}"), "7");
  EXPECT_EQ(parsed.value("vneid_callbacks_total", "{result=\"linked\"}"), "0");
  EXPECT_EQ(parsed.value("vneid_workers"), "3");
  EXPECT_EQ(parsed.value("vneid_counting_since_seconds"), "1700000000.25");
}

TEST(OpenMetrics, BucketsAddUp) {
  const Metrics metrics;
  metrics.observe(Dependency::redis, 1ms, true);
  metrics.observe(Dependency::redis, 1500us, true);
  metrics.observe(Dependency::redis, 11s, true);
  const StrictParser parsed(render(metrics, {}, Format::openmetrics));
  const std::string name = "vneid_dependency_duration_seconds";
  const std::string labels = "{dependency=\"redis\",outcome=\"ok\"";
  const auto bucket = [&](const std::string& bound) {
    return parsed.value(name + "_bucket", labels + ",le=\"" + bound + "\"}");
  };
  EXPECT_EQ(bucket("0.001"), "1");
  EXPECT_EQ(bucket("0.0025"), "2");
  EXPECT_EQ(bucket("1.0"), "2");
  EXPECT_EQ(bucket("10.0"), "2");
  EXPECT_EQ(bucket("+Inf"), "3");
  EXPECT_EQ(parsed.value(name + "_count", labels + "}"), "3");
  EXPECT_EQ(parsed.value(name + "_sum", labels + "}"), "11.0025");
}

TEST(OldFormat, NamesCountersByTheirSamplesAndHasNoEnd) {
  const std::string text = render(Metrics(), {}, Format::prometheus);
  EXPECT_THAT(text, HasSubstr("# TYPE vneid_links_total counter\n# HELP vneid_links_total "));
  EXPECT_THAT(text, HasSubstr("\nvneid_links_total{event=\"made\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("# TYPE vneid_dependency_duration_seconds histogram\n"));
  EXPECT_THAT(text, Not(HasSubstr("EOF")));
  EXPECT_THAT(text, Not(HasSubstr("# UNIT")));
}

TEST(Negotiation, GivesOpenMetricsToWhoAsksForIt) {
  for (const char* accept :
       {"application/openmetrics-text",
        "application/openmetrics-text; version=1.0.0; charset=utf-8",
        "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,"
        "application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=0.0.4;q=0.2,*/*;q=0.1",
        "text/plain, Application/OpenMetrics-Text ; Version=1.0.0 ; Q=0.001"}) {
    EXPECT_EQ(negotiate_format(accept), Format::openmetrics) << accept;
  }
}

TEST(Negotiation, GivesTheOldFormatToAllOthers) {
  for (const char* accept :
       {"", "*/*", "text/plain", "text/html,application/xhtml+xml,*/*;q=0.8", ",;=,;;",
        "application/openmetrics-text;q=0", "application/openmetrics-text; q=0.000",
        "application/openmetrics-text;version=2.0.0", "application/openmetrics-texts"}) {
    EXPECT_EQ(negotiate_format(accept), Format::prometheus) << accept;
  }
}

}  // namespace
}  // namespace vneid::metrics
