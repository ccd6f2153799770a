#include "async/task.hpp"

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "async/epoll_loop.hpp"
#include "async/wait.hpp"

namespace vneid {
namespace {

Task<int> answer() { co_return 42; }
Task<int> add(Task<int> left, Task<int> right) {
  const int first = co_await std::move(left);
  const int second = co_await std::move(right);
  co_return first + second;
}
Task<void> fail() {
  throw std::runtime_error("broken");
  co_return;
}

TEST(Task, GivesItsResultThroughTheChain) {
  EpollLoop loop{VirtualClock{}};
  EXPECT_EQ(loop.run(add(answer(), answer())), 84);
}

TEST(Task, PassesExceptionsToTheAwaiter) {
  EpollLoop loop{VirtualClock{}};
  EXPECT_THROW(loop.run(fail()), std::runtime_error);
}

TEST(Task, DoesNotStartBeforeItIsAwaited) {
  bool started = false;
  auto start = [](bool& flag) -> Task<void> {
    flag = true;
    co_return;
  };
  {
    auto task = start(started);
  }
  EXPECT_FALSE(started);
}

Task<void> count_down(int& left) {
  while (left > 0) {
    --left;
    co_await answer();
  }
}

// Symmetric transfer: 300,000 awaits that finish at once must not grow the stack (at -O0 too).
TEST(Task, SynchronousAwaitsNeedNoStack) {
  EpollLoop loop{VirtualClock{}};
  int left = 300'000;
  loop.run(count_down(left));
  EXPECT_EQ(left, 0);
}

/// Counts live objects, to see that destroying a frame destroys all that is in it.
struct Counted {
  explicit Counted(int& live) : live_(&live) { ++*live_; }
  Counted(const Counted& other) : live_(other.live_) { ++*live_; }
  Counted& operator=(const Counted&) = delete;
  ~Counted() { --*live_; }
  int* live_;
};

Task<int> inner(EventLoop& loop, Counted counted) {
  const Counted local = counted;
  co_await sleep_for(loop, Milliseconds{10});
  co_await yield_now(loop);
  co_return *local.live_;
}

Task<void> outer(EventLoop& loop, int& live) {
  const Counted first{live};
  const int seen = co_await inner(loop, Counted{live});
  const std::vector<Counted> several(static_cast<std::size_t>(seen), first);
  co_await sleep_for(loop, Milliseconds{10});
  co_await inner(loop, Counted{live});
}

RootFrame root(Task<void> task, bool& done) {
  co_await std::move(task);
  done = true;
}

// The frame is destroyed at every point at which it can be suspended: nothing may stay behind.
TEST(Task, DestroyedAtEveryAwaitPointLeavesNothing) {
  int points = 0;
  for (bool done = false; !done; ++points) {
    EpollLoop loop{VirtualClock{}};
    int live = 0;
    {
      auto frame = root(outer(loop, live), done);
      frame.start();
      for (int turn = 0; turn < points && !done; ++turn) loop.advance(Milliseconds{5});
    }
    EXPECT_EQ(live, 0);
    EXPECT_EQ(loop.timers(), 0U);
    EXPECT_EQ(loop.io_waits(), 0U);
    EXPECT_TRUE(loop.nothing_posted());
    ASSERT_LT(points, 50);
  }
  EXPECT_GT(points, 5);
}

}  // namespace
}  // namespace vneid
