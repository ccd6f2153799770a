#include "metrics/metrics.hpp"

#include <numeric>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace vneid::metrics {
namespace {

using namespace std::chrono_literals;

const Histogram& histogram(const Metrics& metrics, Dependency dependency, CallOutcome outcome) {
  return metrics.counters()
      .latency[static_cast<std::size_t>(dependency)][static_cast<std::size_t>(outcome)];
}

/// The bucket that a duration falls in.
std::size_t bucket_of(std::chrono::microseconds duration) {
  const Metrics metrics;
  metrics.observe(Dependency::redis, duration, true);
  const auto& buckets = histogram(metrics, Dependency::redis, CallOutcome::ok).buckets;
  std::size_t found = buckets.size();
  for (std::size_t i = 0; i < buckets.size(); ++i) {
    if (buckets[i] == 1) found = i;
  }
  return found;
}

TEST(Labels, AreTheNamesOfTheirValues) {
  EXPECT_EQ(label_text(Login::held), "held");
  EXPECT_EQ(label_text(Login::let_through_unasked), "let_through_unasked");
  EXPECT_EQ(label_text(Login::refused), "refused");
  EXPECT_EQ(label_text(static_cast<Login>(label_count<Login>)), "");
  EXPECT_EQ(label_text(Refusal::internal), "internal");
  EXPECT_EQ(label_count<Refusal>, 26U);
}

TEST(Families, GiveEachValueACounterOfItsOwn) {
  std::size_t next = 0;
  std::set<std::string_view> names;
  for (const FamilyView& family : table) {
    EXPECT_EQ(family.first, next) << family.name;
    EXPECT_TRUE(names.insert(family.name).second) << family.name;
    EXPECT_FALSE(family.help.empty()) << family.name;
    for (std::size_t i = 0; i < family.size; ++i) {
      EXPECT_FALSE(word_at(family.words, i).empty()) << family.name << ' ' << i;
    }
    next += family.size;
  }
  EXPECT_EQ(next, counter_count);
  EXPECT_EQ(place(Login::held), 0U);
  EXPECT_EQ(place(Notice::shown), label_count<Login>);
  EXPECT_EQ(place(Scrape::status), counter_count - 1);
}

TEST(Metrics, CountsWhatItIsToldAndNothingElse) {
  const Metrics metrics;
  metrics.add(Callback::taken);
  metrics.add(Record::moved, 41);
  metrics.add(Record::moved);
  EXPECT_EQ(metrics.value(Callback::taken), 1U);
  EXPECT_EQ(metrics.value(Record::moved), 42U);
  const auto& values = metrics.counters().values;
  EXPECT_EQ(std::accumulate(values.begin(), values.end(), std::uint64_t{0}), 43U);
}

TEST(Metrics, CopiesCountTogetherAndOthersApart) {
  const Metrics metrics;
  const Metrics copy = metrics;  // NOLINT(performance-unnecessary-copy-initialization)
  const Metrics other;
  copy.add(Link::made);
  EXPECT_EQ(metrics.value(Link::made), 1U);
  EXPECT_EQ(other.value(Link::made), 0U);
}

TEST(Metrics, ThreadsLoseNothing) {
  const Metrics metrics;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([metrics] {
        for (int j = 0; j < 20'000; ++j) metrics.add(Gate::allowed);
      });
    }
  }
  EXPECT_EQ(metrics.value(Gate::allowed), 80'000U);
}

TEST(Latency, ABoundBelongsToItsBucket) {
  EXPECT_EQ(bucket_of(0us), 0U);
  EXPECT_EQ(bucket_of(1ms), 0U);
  EXPECT_EQ(bucket_of(1001us), 1U);
  EXPECT_EQ(bucket_of(2500us), 1U);
  EXPECT_EQ(bucket_of(2501us), 2U);
  EXPECT_EQ(bucket_of(10s), latency_bounds.size() - 1);
  EXPECT_EQ(bucket_of(10s + 1us), latency_bounds.size());
  EXPECT_EQ(bucket_of(24h), latency_bounds.size());
}

TEST(Latency, BelowZeroIsZero) {
  const Metrics metrics;
  metrics.observe(Dependency::provider, -5s, false);
  const Histogram& found = histogram(metrics, Dependency::provider, CallOutcome::failed);
  EXPECT_EQ(found.buckets[0], 1U);
  EXPECT_EQ(found.sum, 0U);
}

TEST(Latency, KeepsDependenciesAndOutcomesApart) {
  const Metrics metrics;
  metrics.observe(Dependency::postgres, 3ms, true);
  metrics.observe(Dependency::postgres, 4ms, true);
  metrics.observe(Dependency::postgres, 2s, false);
  EXPECT_EQ(histogram(metrics, Dependency::postgres, CallOutcome::ok).sum, 7'000U);
  EXPECT_EQ(histogram(metrics, Dependency::postgres, CallOutcome::failed).sum, 2'000'000U);
  EXPECT_EQ(histogram(metrics, Dependency::population, CallOutcome::ok).sum, 0U);
}

}  // namespace
}  // namespace vneid::metrics
