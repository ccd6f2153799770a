#include "flows/health.hpp"

#include <gmock/gmock.h>

#include "async/deadline.hpp"
#include "async/epoll_loop.hpp"
#include "async/wait.hpp"

namespace vneid {
namespace {

using metrics::Dependency;
using metrics::Failure;
using namespace std::chrono_literals;

struct HealthTest : testing::Test {
  EpollLoop loop{VirtualClock{}};
  metrics::Metrics metrics;
  Health health{loop, metrics};
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

TEST_F(HealthTest, NobodyNeedListen) {
  EXPECT_EQ(loop.run(observed<int>(nullptr, loop, answer_after(1ms))), 7);
}

}  // namespace
}  // namespace vneid
