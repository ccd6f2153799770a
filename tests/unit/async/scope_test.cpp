#include "async/scope.hpp"

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "async/deadline.hpp"
#include "async/epoll_loop.hpp"
#include "async/single_flight.hpp"
#include "async/wait.hpp"

namespace vneid {
namespace {

Task<int> slow(EventLoop& loop, Milliseconds span, int value, std::shared_ptr<int> marker) {
  co_await sleep_for(loop, span);
  *marker += 1;
  co_return value;
}

Task<int> slow_failure(EventLoop& loop) {
  co_await sleep_for(loop, Milliseconds{10});
  throw std::runtime_error("broken");
}

Task<int> join(Joined<int> joined) {
  const int value = co_await joined;
  co_return value;
}

RootFrame into(Task<int> task, int& result) {
  int value = 0;
  try {
    value = co_await std::move(task);
  } catch (const std::runtime_error&) {
    value = -1;
  }
  result = value;
}

TEST(Deadline, GivesTheResultInTime) {
  EpollLoop loop{VirtualClock{}};
  auto marker = std::make_shared<int>(0);
  auto task =
      with_deadline(loop, loop.now() + Milliseconds{50}, slow(loop, Milliseconds{20}, 7, marker));
  EXPECT_EQ(loop.run(std::move(task)), 7);
  EXPECT_EQ(loop.timers(), 0U);
}

TEST(Deadline, DestroysTheTaskWhenTimeIsUp) {
  EpollLoop loop{VirtualClock{}};
  auto marker = std::make_shared<int>(0);
  auto task =
      with_deadline(loop, loop.now() + Milliseconds{10}, slow(loop, Milliseconds{20}, 7, marker));
  EXPECT_THROW(loop.run(std::move(task)), DeadlinePassed);
  EXPECT_EQ(marker.use_count(), 1);
  EXPECT_EQ(*marker, 0);
  EXPECT_EQ(loop.timers(), 0U);
}

TEST(Deadline, MayBeDestroyedWhileItWaits) {
  EpollLoop loop{VirtualClock{}};
  auto marker = std::make_shared<int>(0);
  int result = 0;
  {
    auto frame = into(
        with_deadline(loop, loop.now() + Milliseconds{50}, slow(loop, Milliseconds{20}, 7, marker)),
        result);
    frame.start();
  }
  EXPECT_EQ(marker.use_count(), 1);
  EXPECT_EQ(loop.timers(), 0U);
}

TEST(Scope, WorkOutlivesTheOneThatWaitsForIt) {
  EpollLoop loop{VirtualClock{}};
  Scope scope{loop};
  auto marker = std::make_shared<int>(0);
  int result = 0;
  {
    auto waiter = into(join(scope.start(slow(loop, Milliseconds{20}, 7, marker))), result);
    waiter.start();
  }
  loop.advance(Milliseconds{30});
  EXPECT_EQ(*marker, 1);
  EXPECT_EQ(result, 0);
  EXPECT_EQ(scope.running(), 0U);
  EXPECT_EQ(marker.use_count(), 1);
}

TEST(Scope, SeveralMayJoinAndOneMayLeave) {
  EpollLoop loop{VirtualClock{}};
  Scope scope{loop};
  auto marker = std::make_shared<int>(0);
  auto joined = scope.start(slow(loop, Milliseconds{20}, 7, marker));
  int first = 0;
  int second = 0;
  auto one = into(join(joined), first);
  auto two = into(join(joined), second);
  one.start();
  two.start();
  one.destroy();
  loop.advance(Milliseconds{30});
  EXPECT_EQ(first, 0);
  EXPECT_EQ(second, 7);
}

TEST(Scope, AFailureReachesAllWhoJoined) {
  EpollLoop loop{VirtualClock{}};
  Scope scope{loop};
  auto joined = scope.start(slow_failure(loop));
  int first = 0;
  auto one = into(join(joined), first);
  one.start();
  loop.advance(Milliseconds{30});
  EXPECT_EQ(first, -1);
}

TEST(Scope, DestroyingItDestroysTheWorkAndTellsTheWaiters) {
  EpollLoop loop{VirtualClock{}};
  auto marker = std::make_shared<int>(0);
  int result = 0;
  RootFrame waiter;
  {
    Scope scope{loop};
    waiter = into(join(scope.start(slow(loop, Milliseconds{20}, 7, marker))), result);
    waiter.start();
  }
  EXPECT_EQ(marker.use_count(), 1);
  loop.poll();
  EXPECT_EQ(result, -1);
}

TEST(SingleFlight, RunsOneForAllWhoComeMeanwhile) {
  EpollLoop loop{VirtualClock{}};
  Scope scope{loop};
  SingleFlight<int> flight{scope};
  auto marker = std::make_shared<int>(0);
  int started = 0;
  auto make = [&] {
    ++started;
    return slow(loop, Milliseconds{20}, 7, marker);
  };
  std::vector<int> results(100);
  std::vector<RootFrame> frames;
  for (int& result : results) {
    frames.push_back(into(join(flight.join(make)), result));
    frames.back().start();
  }
  frames.erase(frames.begin());
  loop.advance(Milliseconds{30});
  EXPECT_EQ(started, 1);
  EXPECT_EQ(results.at(0), 0);
  for (std::size_t i = 1; i < results.size(); ++i) EXPECT_EQ(results.at(i), 7);
  EXPECT_EQ(loop.run(join(flight.join(make))), 7);
  EXPECT_EQ(started, 2);
}

}  // namespace
}  // namespace vneid
