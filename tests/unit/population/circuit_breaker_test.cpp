#include "population/circuit_breaker.hpp"

#include <utility>

#include <gtest/gtest.h>

namespace vneid::population {
namespace {

constexpr Milliseconds pause{30'000};

class PopulationCircuit : public testing::Test {
 protected:
  void fail(int times) {
    for (int i = 0; i < times; ++i) breaker_.enter(now_).value().failed(now_);
  }
  void open() {
    fail(3);
    ASSERT_EQ(breaker_.state(), Circuit::open);
  }
  bool refused() { return !breaker_.enter(now_); }

  Monotonic now_{Milliseconds{1'000'000}};
  CircuitBreaker breaker_{3, pause};
};

TEST_F(PopulationCircuit, OpensAfterFailuresInARow) {
  fail(2);
  EXPECT_EQ(breaker_.state(), Circuit::closed);
  breaker_.enter(now_).value().succeeded();
  fail(2);
  EXPECT_FALSE(refused());
  fail(1);
  EXPECT_EQ(breaker_.state(), Circuit::open);
  EXPECT_TRUE(refused());
}

TEST_F(PopulationCircuit, LetsOneProbeOutAfterThePause) {
  open();
  now_ += pause - Milliseconds{1};
  EXPECT_TRUE(refused());
  now_ += Milliseconds{1};
  auto probe = breaker_.enter(now_);
  ASSERT_TRUE(probe);
  EXPECT_EQ(breaker_.state(), Circuit::probing);
  now_ += pause * 2;
  EXPECT_TRUE(refused());
  probe->succeeded();
  EXPECT_EQ(breaker_.state(), Circuit::closed);
  fail(2);
  EXPECT_EQ(breaker_.state(), Circuit::closed) << "it counts anew";
}

TEST_F(PopulationCircuit, AFailedProbeOpensForAnotherPause) {
  open();
  now_ += pause;
  breaker_.enter(now_).value().failed(now_);
  EXPECT_EQ(breaker_.state(), Circuit::open);
  now_ += pause - Milliseconds{1};
  EXPECT_TRUE(refused());
  now_ += Milliseconds{1};
  EXPECT_FALSE(refused());
}

TEST_F(PopulationCircuit, AnAbandonedProbeLeavesItsTurn) {
  open();
  now_ += pause;
  {
    auto probe = breaker_.enter(now_);
    const CircuitBreaker::Permit moved = std::move(*probe);
    EXPECT_TRUE(refused());
  }
  EXPECT_EQ(breaker_.state(), Circuit::open);
  breaker_.enter(now_).value().succeeded();
  EXPECT_EQ(breaker_.state(), Circuit::closed);
}

TEST_F(PopulationCircuit, AnAbandonedCallCountsForNothing) {
  fail(2);
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(refused());
  EXPECT_EQ(breaker_.state(), Circuit::closed);
  fail(1);
  EXPECT_EQ(breaker_.state(), Circuit::open);
}

TEST_F(PopulationCircuit, LateReportsCountForNothing) {
  auto late_success = breaker_.enter(now_);
  auto late_failure = breaker_.enter(now_);
  auto late_nothing = breaker_.enter(now_);
  open();
  late_success->succeeded();
  EXPECT_EQ(breaker_.state(), Circuit::open);
  now_ += pause;
  auto probe = breaker_.enter(now_);
  late_failure->failed(now_);
  late_nothing.reset();
  EXPECT_EQ(breaker_.state(), Circuit::probing);
  probe->succeeded();
  EXPECT_EQ(breaker_.state(), Circuit::closed);
}

}  // namespace
}  // namespace vneid::population
