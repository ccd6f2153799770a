#include "flows/base/health.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "async/deadline.hpp"
#include "async/epoll_loop.hpp"
#include "async/wait.hpp"

namespace vneid {
namespace {

using metrics::Dependency;
using metrics::Failure;
using namespace std::chrono_literals;

/// What an operator reads.
class Lines final : public flows::Log {
 public:
  void write(Severity severity, std::string_view reference,
             std::string_view text) noexcept override {
    EXPECT_EQ(severity, Severity::emergency);
    EXPECT_EQ(reference, "");
    all.emplace_back(text);
  }
  std::vector<std::string> all;
};

struct HealthTest : testing::Test {
  EpollLoop loop{VirtualClock{}};
  metrics::Metrics metrics;
  Lines log;
  flows::Health health{loop, metrics, log};
  int news = 0;

  HealthTest() {
    health.on_news([this] { ++news; });
  }

  Task<int> answer_after(Milliseconds pause) {
    co_await sleep_for(loop, pause);
    co_return 7;
  }
  Task<void> fail_after(Milliseconds pause, FailureKind kind) {
    co_await sleep_for(loop, pause);
    throw Unavailable(Unavailable::Dependency::redis, "redis: away", kind);
  }
  Task<void> refuse() {
    throw std::runtime_error("not the server's fault");
    co_return;
  }
  template <class T>
  Task<T> call(Task<T> task) {
    return observed(health.observer(Dependency::redis), loop, std::move(task));
  }
  [[nodiscard]] const metrics::DependencyStatus& redis() const {
    return health.statuses()[static_cast<std::size_t>(Dependency::redis)];
  }
  /// How many calls ended so, and how long they took together.
  [[nodiscard]] std::pair<std::uint64_t, std::uint64_t> told(metrics::CallOutcome outcome) const {
    const auto& histogram = metrics.counters().latency[static_cast<std::size_t>(Dependency::redis)]
                                                      [static_cast<std::size_t>(outcome)];
    std::uint64_t calls = 0;
    for (const auto& bucket : histogram.buckets) calls += bucket.load();
    return {calls, histogram.sum.load()};
  }
};

TEST_F(HealthTest, TellsAnswersAndTheirTime) {
  auto frame = call(answer_after(30ms));
  EXPECT_EQ(loop.run(std::move(frame)), 7);
  EXPECT_EQ(told(metrics::CallOutcome::ok), std::pair(std::uint64_t{1}, std::uint64_t{30'000}));
  EXPECT_EQ(redis().last_success_at, loop.wall_now());
  EXPECT_EQ(redis().failures_in_row, 0U);
}

TEST_F(HealthTest, TellsFailuresWithTheirKindAndForgetsThemAtAnAnswer) {
  for (int i = 0; i < 3; ++i) {
    EXPECT_THROW(loop.run(call(fail_after(10ms, FailureKind::timeout))), Unavailable);
  }
  EXPECT_EQ(told(metrics::CallOutcome::failed), std::pair(std::uint64_t{3}, std::uint64_t{30'000}));
  EXPECT_EQ(redis().failures_in_row, 3U);
  EXPECT_EQ(redis().last_failure, Failure::timeout);
  EXPECT_EQ(redis().last_failure_at, loop.wall_now());
  loop.run(call(answer_after(10ms)));
  EXPECT_EQ(redis().failures_in_row, 0U);
  EXPECT_EQ(redis().last_failure, Failure::timeout);
  EXPECT_GT(redis().last_success_at, redis().last_failure_at);
}

TEST_F(HealthTest, WhatIsNoOutageIsNotTold) {
  EXPECT_THROW(loop.run(call(refuse())), std::runtime_error);
  // The caller goes away while it waits.
  EXPECT_THROW(loop.run(with_deadline(loop, loop.now() + 5ms, call(answer_after(10ms)))),
               DeadlinePassed);
  EXPECT_EQ(told(metrics::CallOutcome::ok).first, 0U);
  EXPECT_EQ(told(metrics::CallOutcome::failed).first, 0U);
}

TEST_F(HealthTest, NewsComeAtChangesAndAtMostOnceASecondOtherwise) {
  loop.run(call(answer_after(1ms)));
  EXPECT_EQ(news, 1);
  for (int i = 0; i < 10; ++i) loop.run(call(answer_after(1ms)));
  EXPECT_EQ(news, 1);
  loop.advance(1000ms);
  loop.run(call(answer_after(1ms)));
  EXPECT_EQ(news, 2);
  EXPECT_THROW(loop.run(call(fail_after(1ms, FailureKind::refused))), Unavailable);
  EXPECT_EQ(news, 3);
  loop.run(call(answer_after(1ms)));
  EXPECT_EQ(news, 4);
}

TEST_F(HealthTest, AMisconfiguredStoreIsNoOutage) {
  const auto refused = [this] {
    EXPECT_THROW(loop.run(call(fail_after(10ms, FailureKind::misconfigured))), Unavailable);
  };
  for (int i = 0; i < 5; ++i) refused();
  EXPECT_EQ(told(metrics::CallOutcome::failed).first, 0U);
  EXPECT_EQ(told(metrics::CallOutcome::ok).first, 0U);
  EXPECT_EQ(metrics.value(metrics::Misconfigured::redis), 5U);
  EXPECT_EQ(metrics.value(metrics::Misconfigured::postgres), 0U);
  EXPECT_EQ(redis().last_failure, Failure::misconfigured);
  EXPECT_EQ(redis().failures_in_row, 5U);
  // Said at once, and then not with every call.
  EXPECT_THAT(log.all, testing::ElementsAre("Redis is misconfigured: redis: away"));
  loop.advance(10'000ms);
  refused();
  EXPECT_EQ(log.all.size(), 2U);
}

TEST_F(HealthTest, NobodyNeedListen) {
  EXPECT_EQ(loop.run(observed<int>(nullptr, loop, answer_after(1ms))), 7);
}

}  // namespace
}  // namespace vneid
