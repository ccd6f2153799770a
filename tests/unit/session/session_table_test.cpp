#include "session/table/session_table.hpp"

#include <array>
#include <cstddef>
#include <pthread.h>
#include <set>
#include <string>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>

#include "crypto/digest.hpp"

namespace vneid {
namespace {

using std::chrono::seconds;

constexpr Monotonic begin{seconds{1'000'000}};

std::string id_of(std::string_view token) { return crypto::hex(crypto::sha256(token)); }

class SessionTableTest : public testing::Test {
 protected:
  void SetUp() override { table.proven(now); }

  SessionTable::Reservation reserve(const std::string& token) {
    return table.reserve(table.tag_of(token), id_of(token), now);
  }
  void read(const std::string& token, const std::string& record) {
    table.fill(reserve(token), record, now, now + seconds{900});
  }
  std::string look(const std::string& token) {
    const auto found = table.look(table.tag_of(token), now);
    return found ? std::string{found->record()} : "nothing";
  }
  std::string remembered(const std::string& token, Milliseconds grace = seconds{30}) {
    const auto found = table.remembered(table.tag_of(token), now, grace);
    return found ? std::string{found->record()} : "nothing";
  }
  void pass(Milliseconds time) { now += time; }

  SessionTable table = SessionTable::own(64);
  Monotonic now = begin;
};

TEST_F(SessionTableTest, TellsWhatWasRead) {
  EXPECT_EQ(look("a"), "nothing");
  read("a", "Anna");
  read("b", "Bình");
  EXPECT_EQ(look("a"), "Anna");
  EXPECT_EQ(look("b"), "Bình");
  EXPECT_EQ(look("c"), "nothing");
  EXPECT_EQ(table.size(), 2U);
}

TEST_F(SessionTableTest, ANewReadingHasANewNumber) {
  read("a", "one");
  const auto first = table.look(table.tag_of("a"), now)->reading;
  read("a", "two");
  EXPECT_EQ(look("a"), "two");
  EXPECT_NE(table.look(table.tag_of("a"), now)->reading, first);
}

TEST_F(SessionTableTest, AnswersOnlyWhileSomebodyListens) {
  read("a", "Anna");
  pass(SessionTable::trusted_for);
  EXPECT_EQ(look("a"), "Anna");
  pass(Milliseconds{1});
  EXPECT_EQ(look("a"), "nothing");
  table.proven(now);
  EXPECT_EQ(look("a"), "Anna");
  table.proven(now - seconds{5});  // an older proof takes nothing away
  EXPECT_EQ(look("a"), "Anna");
}

TEST_F(SessionTableTest, BelievesNothingThatWasNeverProven) {
  table = SessionTable::own(64);
  read("a", "Anna");
  EXPECT_EQ(look("a"), "nothing");
  EXPECT_EQ(remembered("a"), "Anna");
}

TEST_F(SessionTableTest, EndsWhenRedisForgetsIt) {
  table.fill(reserve("a"), "Anna", now, now + Milliseconds{500});
  pass(Milliseconds{499});
  EXPECT_EQ(look("a"), "Anna");
  pass(Milliseconds{1});
  EXPECT_EQ(look("a"), "nothing");
  EXPECT_EQ(remembered("a"), "nothing");
}

TEST_F(SessionTableTest, ForgetsWhatIsTakenBack) {
  read("a", "Anna");
  read("b", "Bình");
  table.forget(id_of("a"));
  table.forget(id_of("a"));
  EXPECT_EQ(look("a"), "nothing");
  EXPECT_EQ(remembered("a"), "nothing");
  EXPECT_EQ(look("b"), "Bình");
}

/// An answer that was under way when the session ended must not bring it back.
TEST_F(SessionTableTest, WhatIsTakenBackMeanwhileIsNotFilledIn) {
  const auto place = reserve("a");
  table.forget(id_of("a"));
  table.fill(place, "Anna", now, now + seconds{900});
  EXPECT_EQ(look("a"), "nothing");

  const auto early = reserve("b");
  table.forget(id_of("b"));
  const auto late = reserve("b");
  table.fill(early, "old", now, now + seconds{900});
  EXPECT_EQ(look("b"), "nothing");
  table.fill(late, "new", now, now + seconds{900});
  EXPECT_EQ(look("b"), "new");

  const auto before = reserve("c");
  table.forget_everything();
  table.fill(before, "Chi", now, now + seconds{900});
  EXPECT_EQ(look("c"), "nothing");
}

TEST_F(SessionTableTest, AfterAGapNothingOfBeforeCounts) {
  read("a", "Anna");
  table.begin_anew();
  table.proven(now);
  EXPECT_EQ(look("a"), "nothing");
  reserve("a");  // asked again, and not answered
  EXPECT_EQ(look("a"), "nothing");
  read("a", "Anna");
  EXPECT_EQ(look("a"), "Anna");
}

TEST_F(SessionTableTest, RemembersForTheGraceWhenRedisIsAway) {
  read("a", "Anna");
  pass(seconds{10});
  table.proven(now);  // nothing was taken back until here
  pass(seconds{30});
  reserve("a");  // somebody asked in vain
  EXPECT_EQ(look("a"), "nothing");
  EXPECT_EQ(remembered("a"), "Anna");
  pass(Milliseconds{1});
  EXPECT_EQ(remembered("a"), "nothing");
  EXPECT_EQ(remembered("a", seconds{60}), "Anna");
}

/// What an older stream has proven says nothing of what is read under a new one.
TEST_F(SessionTableTest, AfterAGapTheGraceIsFromTheReadingOn) {
  read("a", "Anna");
  pass(seconds{10});
  table.begin_anew();
  table.proven(now);
  EXPECT_EQ(remembered("a", seconds{9}), "nothing");
  EXPECT_EQ(remembered("a", seconds{10}), "Anna");
}

/// FLUSHALL, after which an operator expects everybody to be out, also while Redis is away.
TEST_F(SessionTableTest, WhatRedisHasNoMoreIsNotRememberedEither) {
  read("a", "Anna");
  table.forget_everything();
  EXPECT_EQ(look("a"), "nothing");
  EXPECT_EQ(remembered("a", seconds{30}), "nothing");
  read("a", "An again");
  table.begin_anew();
  EXPECT_EQ(remembered("a", seconds{30}), "An again");
}

TEST_F(SessionTableTest, IsFreshOnlyWhileSomebodyListens) {
  read("a", "Anna");
  table.doubt(now - seconds{1});  // of one who had proven less
  EXPECT_EQ(look("a"), "Anna");
  table.doubt(now);
  EXPECT_EQ(look("a"), "nothing");
  EXPECT_EQ(remembered("a"), "Anna");
  pass(Milliseconds{5});
  table.proven(now);
  EXPECT_EQ(look("a"), "Anna");
}

/// Many ask for one session at once, and go on asking before any is answered.
TEST_F(SessionTableTest, FillsWhatIsAskedForAllTheTime) {
  const auto first = reserve("a");
  const auto second = reserve("a");
  table.fill(first, "Anna", now, now + seconds{900});
  EXPECT_EQ(look("a"), "Anna");
  table.fill(second, "late", now, now + seconds{900});
  EXPECT_EQ(look("a"), "Anna");
}

TEST_F(SessionTableTest, OneOfManyIsToTouch) {
  read("a", "Anna");
  const auto tag = table.tag_of("a");
  EXPECT_TRUE(table.claim_touch(tag, now, seconds{90}));
  EXPECT_FALSE(table.claim_touch(tag, now + seconds{89}, seconds{90}));
  EXPECT_TRUE(table.claim_touch(tag, now + seconds{90}, seconds{90}));
  EXPECT_TRUE(table.claim_touch(table.tag_of("b"), now, seconds{90})) << "it has no place here";
}

TEST_F(SessionTableTest, KeepsNoRecordThatIsTooLong) {
  read("a", std::string(SessionTable::longest_record, 'x'));
  EXPECT_EQ(look("a"), std::string(SessionTable::longest_record, 'x'));
  read("a", std::string(SessionTable::longest_record + 1, 'x'));
  EXPECT_NE(look("a").size(), SessionTable::longest_record + 1);
  read("b", "");
  EXPECT_EQ(look("b"), "nothing");
}

/// Whatever is pushed out, what is there is found by its name, and what was taken back stays so.
TEST_F(SessionTableTest, FullItForgetsTheOldestAndNeverLosesAName) {
  std::vector<std::string> tokens;
  for (int i = 0; i < 1000; ++i) tokens.push_back("token " + std::to_string(i));
  std::set<std::string> ended;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    pass(Milliseconds{1});
    table.proven(now);
    read(tokens[i], tokens[i]);
    EXPECT_EQ(look(tokens[i]), tokens[i]);
    if (i % 3 != 0) continue;
    table.forget(id_of(tokens[i]));
    ended.insert(tokens[i]);
  }
  EXPECT_LE(table.size(), 64U);
  EXPECT_GT(table.size(), 30U);
  for (const auto& token : tokens) {
    const std::string found = look(token);
    if (ended.contains(token)) EXPECT_EQ(found, "nothing");
    if (found == "nothing") continue;
    EXPECT_EQ(found, token);
    table.forget(id_of(token));
    EXPECT_EQ(look(token), "nothing");
  }
  EXPECT_EQ(table.size(), 0U);
}

/// Tokens that nobody was given push out one place of a bucket and no more: what Redis has told
/// stays, also for when it is away.
TEST_F(SessionTableTest, TokensOfNobodyPushOutLittle) {
  for (int i = 0; i < 64; ++i) read("real " + std::to_string(i), "Anna");
  const std::size_t before = table.size();
  for (int i = 0; i < 10'000; ++i) {
    pass(Milliseconds{i % 10 == 0 ? 1 : 0});
    table.proven(now);
    reserve("nobody " + std::to_string(i));
  }
  EXPECT_GE(table.size() + 64 / 8, before);
  EXPECT_GT(table.size(), 64U / 2);
}

class SharedLock final : public TableLock {
 public:
  SharedLock() {
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    void* memory = mmap(nullptr, sizeof(pthread_mutex_t), PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    mutex_ = static_cast<pthread_mutex_t*>(memory);
    pthread_mutex_init(mutex_, &attributes);
  }
  ~SharedLock() { munmap(mutex_, sizeof *mutex_); }
  void lock() noexcept override { pthread_mutex_lock(mutex_); }
  void unlock() noexcept override { pthread_mutex_unlock(mutex_); }

 private:
  pthread_mutex_t* mutex_;
};

/// Two processes write and take back the same sessions while this one reads: never a mixture of two
/// records, and nothing that was taken back for good.
TEST(SharedSessionTable, IsOneForAllProcesses) {
  SharedLock lock;
  const std::size_t size = SessionTable::size_for(64);
  void* memory = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(memory, MAP_FAILED);
  SessionTable::create(memory, SessionTable::entries_for(size), lock);
  auto table = SessionTable::attach(memory, lock);
  ASSERT_TRUE(table);
  table->proven(begin);
  std::vector<pid_t> children;
  for (const char letter : {'x', 'y'}) {
    const pid_t child = fork();
    if (child == 0) {
      for (int i = 0; i < 20'000; ++i) {
        const std::string token = "token " + std::to_string(i % 100);
        const auto place = table->reserve(table->tag_of(token), id_of(token), begin);
        table->fill(place, std::string(160, letter), begin, begin + seconds{900});
        if (i % 7 == 0) table->forget(id_of(token));
      }
      _exit(0);
    }
    children.push_back(child);
  }
  std::size_t found_any = 0;
  for (bool running = true; running;) {
    for (int i = 0; i < 100; ++i) {
      const auto found = table->look(table->tag_of("token " + std::to_string(i)), begin);
      if (!found) continue;
      ++found_any;
      ASSERT_EQ(found->record(), std::string(160, found->bytes.front()));
    }
    running = false;
    for (const pid_t child : children) running = running || waitpid(child, nullptr, WNOHANG) == 0;
  }
  EXPECT_GT(found_any, 0U);
  for (int i = 0; i < 100; ++i) table->forget(id_of("token " + std::to_string(i)));
  EXPECT_EQ(table->size(), 0U);
  munmap(memory, size);
}

TEST(SharedSessionTable, OfAnotherLayoutIsNotTaken) {
  SharedLock lock;
  alignas(64) std::array<std::byte, 4096> memory{};
  EXPECT_FALSE(SessionTable::attach(memory.data(), lock));
}

/// A worker that is killed while it writes leaves an entry that counts for nothing, and does no
/// harm later.
TEST(SharedSessionTable, AKilledWriterLeavesNothing) {
  SharedLock lock;
  alignas(64) static std::array<std::byte, 8192> memory{};
  const std::size_t entries = SessionTable::entries_for(memory.size());
  auto table = SessionTable::create(memory.data(), entries, lock);
  table.proven(begin);
  const auto fill_all = [&] {
    for (std::size_t i = 0; i < entries * 4; ++i) {
      const std::string token = std::to_string(i);
      const auto place = table.reserve(table.tag_of(token), id_of(token), begin);
      table.fill(place, token, begin, begin + seconds{900});
    }
  };
  fill_all();
  // Each entry begins with its sequence number: odd, as it is in the middle of writing.
  const std::size_t first = SessionTable::size_for(0);
  for (std::size_t at = first; at < first + entries * 256; at += 256) {
    memory[at] |= std::byte{1};
  }
  EXPECT_EQ(table.size(), 0U);
  fill_all();
  EXPECT_GT(table.size(), entries / 2);
  for (std::size_t i = 0; i < entries * 4; ++i) table.forget(id_of(std::to_string(i)));
  EXPECT_EQ(table.size(), 0U);
}

}  // namespace
}  // namespace vneid
