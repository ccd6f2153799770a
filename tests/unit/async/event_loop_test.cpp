#include "async/event_loop.hpp"

#include <array>
#include <optional>
#include <string>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>

#include "async/epoll_loop.hpp"
#include "async/wait.hpp"
#include "async/wake.hpp"

namespace vneid {
namespace {

class SocketPair {
 public:
  SocketPair() {
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds_.data()) != 0) std::abort();
  }
  SocketPair(const SocketPair&) = delete;
  SocketPair& operator=(const SocketPair&) = delete;
  ~SocketPair() {
    ::close(fds_[0]);
    ::close(fds_[1]);
  }
  [[nodiscard]] int near() const { return fds_[0]; }
  [[nodiscard]] int far() const { return fds_[1]; }

 private:
  std::array<int, 2> fds_{};
};

Task<std::string> read_some(EventLoop& loop, int fd) {
  const Readiness found = co_await readable(loop, fd);
  std::array<char, 16> buffer{};
  const auto got = ::read(fd, buffer.data(), buffer.size());
  co_return std::string(buffer.data(),
                        got > 0 && found.readable ? static_cast<std::size_t>(got) : 0);
}

RootFrame keep(Task<std::string> task, std::optional<std::string>& into) {
  std::string text = co_await std::move(task);
  into = std::move(text);
}

TEST(EventLoop, ReadableIsLevelTriggeredAndOneShot) {
  EpollLoop loop;
  SocketPair sockets;
  ASSERT_EQ(::write(sockets.far(), "abcdefghijklmnopqrst", 20), 20);
  EXPECT_EQ(loop.run(read_some(loop, sockets.near())), "abcdefghijklmnop");
  EXPECT_EQ(loop.io_waits(), 0U);
  // What is left in the socket is reported again, though nothing new arrived.
  EXPECT_EQ(loop.run(read_some(loop, sockets.near())), "qrst");
}

TEST(EventLoop, TwoWaitsOnOneDescriptorAreIndependent) {
  EpollLoop loop;
  SocketPair sockets;
  std::optional<std::string> first;
  std::optional<std::string> second;
  {
    auto one = keep(read_some(loop, sockets.near()), first);
    auto two = keep(read_some(loop, sockets.near()), second);
    one.start();
    two.start();
    EXPECT_EQ(loop.io_waits(), 2U);
    one.destroy();
    EXPECT_EQ(loop.io_waits(), 1U);
    ASSERT_EQ(::write(sockets.far(), "x", 1), 1);
    loop.run_until([&second] { return second.has_value(); });
  }
  EXPECT_FALSE(first.has_value());
  EXPECT_EQ(second, "x");
}

Task<void> note_after(EventLoop& loop, Milliseconds span, std::string name, std::string& order) {
  co_await sleep_for(loop, span);
  order += name;
}

RootFrame detached(Task<void> task) { co_await std::move(task); }

TEST(EventLoop, TimersFireInOrder) {
  EpollLoop loop{VirtualClock{}};
  std::string order;
  auto third = detached(note_after(loop, Milliseconds{30}, "c", order));
  auto first = detached(note_after(loop, Milliseconds{10}, "a", order));
  auto second = detached(note_after(loop, Milliseconds{10}, "b", order));
  third.start();
  first.start();
  second.start();
  loop.advance(Milliseconds{9});
  EXPECT_EQ(order, "");
  loop.advance(Milliseconds{1});
  EXPECT_EQ(order, "ab");
  second.destroy();
  loop.advance(Milliseconds{100});
  EXPECT_EQ(order, "abc");
}

class Repost final : public Posted {
 public:
  explicit Repost(EventLoop& loop) : Posted(loop) {}
  int runs = 0;

 private:
  void run() noexcept override {
    ++runs;
    post();
  }
};

TEST(EventLoop, AnItemThatPostsItselfRunsOnceATurn) {
  EpollLoop loop{VirtualClock{}};
  Repost item{loop};
  item.post();
  item.post();  // twice is once
  loop.poll();
  EXPECT_EQ(item.runs, 1);
  loop.poll();
  EXPECT_EQ(item.runs, 2);
}

class Destroyer final : public Posted {
 public:
  Destroyer(EventLoop& loop, std::optional<Repost>& victim) : Posted(loop), victim_(victim) {}

 private:
  void run() noexcept override { victim_.reset(); }
  std::optional<Repost>& victim_;
};

TEST(EventLoop, APostedItemMayDestroyTheNext) {
  EpollLoop loop{VirtualClock{}};
  std::optional<Repost> victim;
  victim.emplace(loop);
  Destroyer destroyer{loop, victim};
  destroyer.post();
  victim->post();
  loop.poll();
  EXPECT_FALSE(victim.has_value());
  EXPECT_TRUE(loop.nothing_posted());
}

Task<void> wait_for(Wakeup& wakeup, bool& resumed) {
  co_await wakeup;
  resumed = true;
}

TEST(Wakeup, ResumesFromTheLoopAndNotFromWake) {
  EpollLoop loop{VirtualClock{}};
  Wakeup wakeup{loop};
  bool resumed = false;
  auto frame = detached(wait_for(wakeup, resumed));
  frame.start();
  wakeup.wake();
  EXPECT_FALSE(resumed);
  loop.poll();
  EXPECT_TRUE(resumed);
}

TEST(Wakeup, AWaiterDestroyedAfterTheWakeIsNotResumed) {
  EpollLoop loop{VirtualClock{}};
  Wakeup wakeup{loop};
  bool resumed = false;
  auto frame = detached(wait_for(wakeup, resumed));
  frame.start();
  wakeup.wake();
  frame.destroy();
  loop.poll();
  EXPECT_FALSE(resumed);
}

TEST(EventLoop, LeavingTellsEveryWait) {
  EpollLoop loop;
  SocketPair sockets;
  std::optional<std::string> got;
  auto frame = keep(read_some(loop, sockets.near()), got);
  frame.start();
  loop.begin_leaving();
  EXPECT_EQ(got, "");
  EXPECT_TRUE(loop.leaving());
}

TEST(EventLoop, ATaskThatNothingCanWakeIsReported) {
  EpollLoop loop{VirtualClock{}};
  Wakeup never{loop};
  bool resumed = false;
  EXPECT_THROW(loop.run(wait_for(never, resumed)), std::logic_error);
}

}  // namespace
}  // namespace vneid
