// Sessions from the shared table, and what Redis takes back of them (design D16).

#include <optional>
#include <string>
#include <vector>

#include "async/scope.hpp"
#include "async/wait.hpp"
#include "drivers/support/session_index.hpp"
#include "net/redis/invalidations.hpp"
#include "net/unavailable.hpp"

namespace vneid::test {
namespace {

/// What a worker does with what Redis tells; counted.
class Told final : public redis::Invalidations::Listener {
 public:
  explicit Told(SessionTable& table) : table_(table) {}
  void began() noexcept override {
    ++beginnings;
    table_.begin_anew();
  }
  void moved() noexcept override { table_.begin_anew(); }
  void taken_back(std::string_view key) noexcept override { table_.forget(key); }
  void all_taken_back() noexcept override { table_.forget_everything(); }
  void proven(Monotonic moment) noexcept override { table_.proven(moment); }
  void ended(Monotonic last) noexcept override { table_.doubt(last); }
  void failed(const std::string& cause) noexcept override { failures.push_back(cause); }

  int beginnings = 0;
  std::vector<std::string> failures;

 private:
  SessionTable& table_;
};

TEST(Invalidations, SayWhyTheyAreNotTold) {
  RedisServer server{{"requirepass admin", "user portal on >secret ~vneid:* resetchannels +@all",
                      "user silent on >secret ~vneid:* allchannels +@all -client|tracking"}};
  for (const auto& [user, said] : {std::pair{"portal", "channel"}, std::pair{"silent", "NOPERM"}}) {
    EpollLoop loop;
    auto settings = server.by_socket();
    settings.user = user;
    settings.password = "secret";
    SessionTable table = SessionTable::own(8);
    Told told{table};
    redis::Primary primary{loop, settings};
    redis::Client reader{loop, primary};
    redis::Invalidations invalidations{loop, primary, reader, "vneid:session:", told};
    const Monotonic deadline = loop.now() + std::chrono::seconds{20};
    while (told.failures.empty() && loop.now() < deadline) {
      invalidations.keep_running();
      loop.run(
          [](EventLoop& clock) -> Task<void> { co_await sleep_for(clock, Milliseconds{5}); }(loop));
    }
    ASSERT_EQ(told.failures.size(), 1U);
    EXPECT_TRUE(told.failures.front().contains(said)) << told.failures.front();
    EXPECT_EQ(told.beginnings, 0);
  }
}

class SessionRecall : public SessionIndex {
 protected:
  void SetUp() override {
    SessionIndex::SetUp();
    listen();
  }
  void TearDown() override { server_->signal(SIGCONT); }

  template <class Condition>
  void until(Condition condition, const char* what) {
    const Monotonic deadline = loop_.now() + std::chrono::seconds{20};
    while (!condition()) {
      ASSERT_LT(loop_.now(), deadline) << what;
      loop_.run(pause());
    }
  }
  Task<void> pause() { co_await sleep_for(loop_, Milliseconds{2}); }
  void listen() {
    until(
        [this] {
          invalidations_.keep_running();
          return table_.is_fresh(loop_.now());
        },
        "nothing is proven");
  }
  std::optional<LiveSession> recall(const std::string& cookie) {
    return recall_in(sessions_, cookie);
  }
  std::optional<LiveSession> recall_in(Sessions& sessions, const std::string& cookie) {
    return loop_.run(sessions.recall(cookie, now(), loop_.now(), scope_));
  }
  [[nodiscard]] static std::string key() {
    return script(
        "return redis.call('KEYS', 'vneid:session:[0-9a-f][0-9a-f][0-9a-f][0-9a-f]*')[1]");
  }
  /// Until the table answers: what was under way of the session's own beginning has passed.
  void settle(const std::string& cookie) {
    until(
        [&] {
          recall(cookie);
          const long long before = commands();
          recall(cookie);
          return commands() == before + asking;
        },
        "each recall asks Redis");
  }

  static constexpr long long asking = 2;  // what commands() itself costs: EVAL and INFO
  Scope scope_{loop_};
  Told told_{table_};
  redis::Primary primary_{loop_, server_->by_socket()};
  redis::Invalidations invalidations_{loop_, primary_, redis_, "vneid:session:", told_};
};

TEST_F(SessionRecall, AsksRedisOnceAndNoMore) {
  const std::string cookie = begin(of(an_, "sid"));
  settle(cookie);
  const auto live = recall(cookie);
  ASSERT_TRUE(live);
  EXPECT_EQ(live->session.account_id, AccountId{1});
  EXPECT_EQ(live->session.person_id, PersonId{2});
  EXPECT_EQ(live->token, token_of(cookie));
  EXPECT_TRUE(live->session.sid.empty());
}

TEST_F(SessionRecall, WithoutListeningItAsksEachTime) {
  const std::string cookie = begin(of(an_, "sid"));
  invalidations_.close();
  until([this] { return !table_.is_fresh(loop_.now()); }, "it is believed for ever");
  EXPECT_TRUE(recall(cookie));
  server_->ask({"DEL", key()});
  EXPECT_FALSE(recall(cookie));
}

TEST_F(SessionRecall, FeelsASignOutElsewhere) {
  const std::string cookie = begin(of(an_, "sid"));
  settle(cookie);
  server_->ask({"DEL", key()});
  until([&] { return !recall(cookie); }, "a session that is over");
}

/// On this machine it is over when the call returns, for every worker.
TEST_F(SessionRecall, FeelsASignOutHereAtOnce) {
  Sessions other{redis_, keys_, table_};
  const std::string cookie = begin(of(an_, "sid"));
  settle(cookie);
  loop_.run(sessions_.end(cookie));
  EXPECT_FALSE(recall_in(other, cookie));

  const std::string second = begin(of(an_, "sid", 5));
  settle(second);
  EXPECT_EQ(loop_.run(sessions_.end_sid("bca", "sid")), 1);
  EXPECT_FALSE(recall_in(other, second));

  const std::string third = begin(of(an_, "sid", 5));
  settle(third);
  EXPECT_EQ(loop_.run(sessions_.end_all_of_account(AccountId{5})), 1);
  EXPECT_FALSE(recall_in(other, third));

  const std::string before = begin(of(an_, "sid", 5));
  settle(before);
  begin(of(an_, "sid", 5), before);
  EXPECT_FALSE(recall_in(other, before));
}

/// After a reload old workers go on with the keys they have; what they read is not for the new
/// ones.
TEST_F(SessionRecall, WhoseKeyWasTakenAwayKnowsNothing) {
  const std::string cookie = begin(of(an_, "sid"));
  settle(cookie);
  Sessions renewed{redis_, new_key_ring(), table_};
  EXPECT_TRUE(sessions_.known(cookie, now(), loop_.now(), scope_));
  EXPECT_FALSE(renewed.known(cookie, now(), loop_.now(), scope_));
  EXPECT_FALSE(recall_in(renewed, cookie));
}

/// Begun where it may live for a quarter of an hour, and used at a kiosk.
TEST_F(SessionRecall, ASiteWithShorterLimitsShortensIt) {
  const std::string cookie = begin(of(an_, "sid"));
  Sessions kiosk{redis_, keys_, table_, {.idle = std::chrono::minutes{2}}};
  until(
      [&] {
        EXPECT_TRUE(recall_in(kiosk, cookie));
        return std::stoll(server_->ask({"PTTL", key()})) <= 120'000;
      },
      "it lives as long as elsewhere");
}

TEST_F(SessionRecall, FeelsThatEverythingWasFlushed) {
  const std::string cookie = begin(of(an_, "sid"));
  settle(cookie);
  server_->ask({"FLUSHALL"});
  until([&] { return !recall(cookie); }, "a session of before the flush");
}

/// Redis may forget late; what it has said of the time counts.
TEST_F(SessionRecall, EndsInTimeThoughRedisTellsItLate) {
  server_->ask({"DEBUG", "SET-ACTIVE-EXPIRE", "0"});
  Sessions brief{redis_, keys_, table_, {.idle = Milliseconds{400}}};
  const std::string set = loop_.run(brief.begin(of(an_, "sid"), "", now()));
  const std::string cookie = set.substr(0, set.find(';'));
  // Without touching it.
  const auto kept = [&] {
    return brief.remembered(cookie, now(), loop_.now(), std::chrono::hours{1}).has_value();
  };
  until(
      [&] {
        recall_in(brief, cookie);
        return kept();
      },
      "it is not kept");
  until([&] { return !kept(); }, "a session past its idle time");
  server_->ask({"DEBUG", "SET-ACTIVE-EXPIRE", "1"});
}

TEST_F(SessionRecall, ProlongsWhatIsInUse) {
  const std::string cookie = begin(of(an_, "sid"));
  settle(cookie);
  const std::string name = key();
  EXPECT_EQ(server_->ask({"PEXPIRE", name, "500000"}), "1");  // of 900,000 ms
  until(
      [&] {
        EXPECT_TRUE(recall(cookie));
        return std::stoll(server_->ask({"PTTL", name})) > 800'000;
      },
      "nobody prolongs it");
}

TEST_F(SessionRecall, AConnectionThatDiesMakesEverythingStale) {
  const std::string cookie = begin(of(an_, "sid"));
  settle(cookie);
  for (const char* which : {"SUBSCRIBE", "tracking"}) {
    const int before = told_.beginnings;
    const std::string list = server_->ask({"CLIENT", "LIST"});
    const std::string mark = which == std::string{"SUBSCRIBE"} ? " sub=1 " : "cmd=client|id ";
    const auto at = list.find(mark);
    ASSERT_NE(at, std::string::npos) << list;
    const auto line = list.rfind("id=", at);
    server_->ask({"CLIENT", "KILL", "ID", list.substr(line + 3, list.find(' ', line) - line - 3)});
    until(
        [&] {
          invalidations_.keep_running();
          return told_.beginnings > before;
        },
        "it does not begin anew");
    listen();
    EXPECT_TRUE(recall(cookie));
  }
  // Nothing of before the gap is believed.
  server_->ask({"DEL", key()});
  until([&] { return !recall(cookie); }, "a session that is over");
}

TEST_F(SessionRecall, AStalledRedisIsNotBelievedForLong) {
  const std::string cookie = begin(of(an_, "sid"));
  settle(cookie);
  server_->signal(SIGSTOP);
  until([this] { return !table_.is_fresh(loop_.now()); }, "it is believed for ever");
  EXPECT_TRUE(sessions_.remembered(cookie, now(), loop_.now(), std::chrono::seconds{30}));
  EXPECT_FALSE(sessions_.remembered(cookie, now(), loop_.now(), Milliseconds{500}));
  EXPECT_THROW(loop_.run(sessions_.end(cookie)), Unavailable);  // and here it is over all the same
  EXPECT_FALSE(sessions_.remembered(cookie, now(), loop_.now(), std::chrono::seconds{30}));
}

}  // namespace
}  // namespace vneid::test
