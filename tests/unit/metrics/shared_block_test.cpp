#include "metrics/shared_block.hpp"

#include <csignal>
#include <cstring>
#include <new>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "metrics/status_board.hpp"

namespace vneid::metrics {
namespace {

using namespace std::chrono_literals;

/// Memory that children of fork() share, as nginx's workers share a zone.
class Mapping {
 public:
  explicit Mapping(std::size_t slots = 4)
      : size_(SharedBlock::size_for(slots)),
        memory_(::mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0)),
        block(SharedBlock::create(memory_, slots, Wall{1'000ms})) {}
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;
  ~Mapping() { ::munmap(memory_, size_); }
  void* memory() const { return memory_; }

 private:
  std::size_t size_;
  void* memory_;

 public:
  SharedBlock block;
};

/// A process that runs `body` until it returns or is killed.
class Child {
 public:
  template <class Body>
  explicit Child(Body body) : pid_(::fork()) {
    if (pid_ != 0) return;
    body();
    ::_exit(0);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() { kill_and_wait(); }
  void wait() {
    if (pid_ > 0) ::waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }
  void kill_and_wait() {
    if (pid_ > 0) ::kill(pid_, SIGKILL);
    wait();
  }
  pid_t pid() const { return pid_; }

 private:
  pid_t pid_;
};

template <class Condition>
bool in_time(Condition condition) {
  const auto deadline = std::chrono::steady_clock::now() + 20s;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    ::usleep(1000);
  }
  return true;
}

WorkerStatus status_of(std::int64_t pid, std::uint64_t number = 1) {
  WorkerStatus status;
  status.pid = pid;
  status.generation = number;
  status.started = Wall{Milliseconds{static_cast<Milliseconds::rep>(number)}};
  status.providers.back().keys_at = status.started;
  return status;
}

TEST(SharedBlock, TwoProcessesLoseNoCount) {
  const Mapping mapping;
  const auto count = [&mapping] {
    const Metrics metrics = mapping.block.metrics();
    for (int i = 0; i < 50'000; ++i) {
      metrics.add(Notice::shown);
      metrics.observe(Dependency::redis, 3us, true);
    }
  };
  Child first(count);
  Child second(count);
  first.wait();
  second.wait();
  const Metrics metrics = mapping.block.metrics();
  EXPECT_EQ(metrics.value(Notice::shown), 100'000U);
  EXPECT_EQ(metrics.counters().latency[0][0].buckets[0], 100'000U);
  EXPECT_EQ(metrics.counters().latency[0][0].sum, 300'000U);
}

TEST(SharedBlock, IsFoundAgainWithWhatItHas) {
  const Mapping mapping(7);
  mapping.block.metrics().add(Link::made);
  EXPECT_EQ(mapping.block.next_generation(), 1U);
  const auto found = SharedBlock::attach(mapping.memory());
  ASSERT_TRUE(found);
  EXPECT_EQ(found->metrics().value(Link::made), 1U);
  EXPECT_EQ(found->slots().size(), 7U);
  EXPECT_EQ(found->created(), Wall{1'000ms});
  EXPECT_EQ(found->next_generation(), 2U);
}

TEST(SharedBlock, OfAnotherLayoutIsNotTouched) {
  const Mapping mapping;
  const std::uint64_t other = SharedBlock::layout() ^ 2;
  std::memcpy(mapping.memory(), &other, sizeof other);
  EXPECT_FALSE(SharedBlock::attach(mapping.memory()));
  const std::uint64_t fresh = 0;
  std::memcpy(mapping.memory(), &fresh, sizeof fresh);
  EXPECT_FALSE(SharedBlock::attach(mapping.memory()));
}

TEST(SharedBlock, FitsTwiceInTheSmallestZone) {
  for (const std::size_t zone : {std::size_t{64} * 1024, std::size_t{1024} * 1024}) {
    const std::size_t slots = SharedBlock::slots_for(zone);
    EXPECT_GE(slots, 16U);
    // nginx keeps some 4 KB of a zone for itself.
    EXPECT_LT(2 * SharedBlock::size_for(slots), zone - 12'288) << zone;
  }
  EXPECT_EQ(SharedBlock::slots_for(std::size_t{1} << 30), 256U);
}

TEST(SharedBlock, KeepsItsOwnMemoryAsLongAsAnythingOfIt) {
  std::optional<Metrics> metrics;
  {
    const SharedBlock block = SharedBlock::own(1, Wall{});
    metrics = block.metrics();
  }
  metrics->add(Link::made);  // the sanitizer would see memory that is gone
  EXPECT_EQ(metrics->value(Link::made), 1U);
}

TEST(StatusBoard, ShowsWhatWasPublished) {
  const StatusBoard board{SharedBlock::own(2, Wall{})};
  EXPECT_TRUE(board.workers().empty());
  {
    auto slot = board.claim();
    ASSERT_TRUE(slot);
    EXPECT_TRUE(board.workers().empty()) << "nothing published yet";
    WorkerStatus status = status_of(::getpid(), 5);
    status.providers[0].name = ShortText<48>{"bca"};
    slot->publish(status);
    const auto workers = board.workers();
    ASSERT_EQ(workers.size(), 1U);
    EXPECT_EQ(workers[0].generation, 5U);
    EXPECT_EQ(workers[0].providers[0].name.view(), "bca");
  }
  EXPECT_TRUE(board.workers().empty()) << "given back";
}

TEST(StatusBoard, GivesThePlaceOfAKilledWorkerAway) {
  const Mapping mapping(1);
  const StatusBoard board{mapping.block};
  Child child([&board] {
    auto slot = board.claim();
    slot->publish(status_of(::getpid()));
    for (;;) ::pause();
  });
  ASSERT_TRUE(in_time([&board] { return !board.workers().empty(); }));
  EXPECT_EQ(board.workers()[0].pid, child.pid());
  EXPECT_FALSE(board.claim()) << "its worker lives";
  child.kill_and_wait();
  EXPECT_TRUE(board.workers().empty());
  auto slot = board.claim();
  ASSERT_TRUE(slot);
  EXPECT_TRUE(board.workers().empty()) << "nothing of its last owner is shown";
  slot->publish(status_of(::getpid()));
  EXPECT_EQ(board.workers().size(), 1U);
}

TEST(StatusBoard, NeverShowsHalfAStatus) {
  const Mapping mapping(1);
  const StatusBoard board{mapping.block};
  const Child child([&board] {
    auto slot = board.claim();
    for (std::uint64_t i = 1;; ++i) slot->publish(status_of(::getpid(), i));
  });
  std::uint64_t last = 0;
  int seen = 0;
  ASSERT_TRUE(in_time([&] {
    for (const auto& worker : board.workers()) {
      const auto number = static_cast<Milliseconds::rep>(worker.generation);
      EXPECT_EQ(worker.started, Wall{Milliseconds{number}});
      EXPECT_EQ(worker.providers.back().keys_at, Wall{Milliseconds{number}});
      EXPECT_GE(worker.generation, last);
      last = worker.generation;
      ++seen;
    }
    return seen >= 200;
  }));
}

TEST(StatusBoard, LeavesOutAWorkerThatStoppedWithinAWrite) {
  const SharedBlock block = SharedBlock::own(1, Wall{});
  const StatusBoard board{block};
  auto slot = board.claim();
  slot->publish(status_of(::getpid()));
  block.slots()[0].sequence += 1;
  EXPECT_TRUE(board.workers().empty());
  slot->publish(status_of(::getpid()));
  EXPECT_EQ(board.workers().size(), 1U);
}

}  // namespace
}  // namespace vneid::metrics
