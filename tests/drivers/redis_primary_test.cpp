// Redis that Sentinels watch over: whom a worker follows, and what a fail-over leaves.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "async/scope.hpp"
#include "async/wait.hpp"
#include "drivers/support/redis_calls.hpp"
#include "drivers/support/sentinels.hpp"
#include "drivers/support/session_index.hpp"
#include "net/redis/primary.hpp"

namespace vneid::test {
namespace {

using namespace std::chrono_literals;

class RedisPrimary : public testing::Test {
 protected:
  template <class Condition>
  void until(Condition condition, const char* what) {
    const Monotonic deadline = loop_.now() + 40s;
    while (!condition()) {
      ASSERT_LT(loop_.now(), deadline) << what;
      loop_.run([](EventLoop& clock) -> Task<void> { co_await sleep_for(clock, 5ms); }(loop_));
    }
  }
  std::string get(redis::Client& client, const std::string& key) {
    return answer_text(ask(loop_, client, {"GET", key}));
  }
  static std::string answer_text(const Answer& answer) {
    return answer.reply ? answer.reply->text : "unavailable: " + answer.unavailable;
  }

  Watched watched_;
  EpollLoop loop_;
};

TEST_F(RedisPrimary, IsFollowedWhereItMoves) {
  redis::Primary primary{loop_, watched_.settings()};
  redis::Client client{loop_, primary};
  EXPECT_TRUE(get(client, "a").contains("no majority of its Sentinels has said"));
  until([&] { return !primary.settings().address.empty(); }, "nobody said where it is");
  EXPECT_EQ(primary.settings().port, watched_.first.port());
  EXPECT_EQ(answer_text(ask(loop_, client, {"SET", "a", "1"})), "OK");
  EXPECT_TRUE(loop_.run(client.replicated()));
  watched_.fail_over();
  until([&] { return primary.settings().port == watched_.second.port(); }, "it is not followed");
  until([&] { return get(client, "a") == "1"; }, "the new one does not answer");
}

TEST_F(RedisPrimary, IsFoundBeforeAWorkerBegins) {
  auto settings = watched_.settings();
  ASSERT_TRUE(redis::find_primary(settings));
  EXPECT_EQ(settings.port, watched_.first.port());
  redis::Primary primary{loop_, settings};
  redis::Client client{loop_, primary};
  EXPECT_EQ(answer_text(ask(loop_, client, {"SET", "a", "1"})), "OK") << "nobody waits";
  auto other = watched_.settings();
  other.primary_name = "nobody";
  EXPECT_EQ(redis::find_primary(other).error(),
            "no majority of the Sentinels of \"vneid_redis\" says where the primary of \"nobody\" "
            "is: 0 of 3 name one");
}

/// Half of the Sentinels, or one that lies, move nobody.
TEST_F(RedisPrimary, IsWhatMoreThanHalfSay) {
  RedisServer elsewhere;
  Watched::SentinelServer liar;
  liar.start(elsewhere.port());
  wait_for([&] { return liar.primary() == std::to_string(elsewhere.port()); }, "the liar");
  auto settings = watched_.settings();
  settings.sentinels[0].port = liar.port();
  ASSERT_TRUE(redis::find_primary(settings));
  EXPECT_EQ(settings.port, watched_.first.port());
  watched_.sentinels[1].signal(SIGSTOP);
  auto halves = watched_.settings();
  halves.sentinels[0].port = liar.port();
  EXPECT_FALSE(redis::find_primary(halves));
  EXPECT_EQ(halves.address, "");

  // And one that is known stays, though only one Sentinel of three still says so.
  redis::Primary primary{loop_, settings};
  redis::Client client{loop_, primary};
  EXPECT_EQ(answer_text(ask(loop_, client, {"SET", "a", "1"})), "OK");
  loop_.run([](EventLoop& clock) -> Task<void> {
    co_await sleep_for(clock, redis::Primary::pause * 2);
  }(loop_));
  EXPECT_EQ(get(client, "a"), "1");
  watched_.sentinels[1].signal(SIGCONT);
}

/// What a worker remembers from its start may be a replica by now, which answers what only reads.
TEST_F(RedisPrimary, IsAskedForItsRole) {
  auto settings = watched_.settings();
  settings.address = "127.0.0.1";
  settings.port = watched_.second.port();
  for (const auto& each : watched_.sentinels) each.signal(SIGSTOP);
  redis::Primary primary{loop_, settings};
  redis::Client client{loop_, primary};
  EXPECT_TRUE(get(client, "a").contains("no primary any more"));
  for (const auto& each : watched_.sentinels) each.signal(SIGCONT);
  until([&] { return primary.settings().port == watched_.first.port(); }, "it is not found");
  until([&] { return get(client, "a").empty(); }, "it does not answer");
}

/// Of many sign-outs while no replica answers one waits, and shortly: what the worker asks
/// meanwhile is behind it.
TEST_F(RedisPrimary, IsNotHeldUpByAReplicaThatIsAway) {
  auto settings = watched_.settings();
  settings.timeout = 400ms;
  ASSERT_TRUE(redis::find_primary(settings));
  redis::Primary primary{loop_, settings};
  redis::Client client{loop_, primary};
  ASSERT_EQ(answer_text(ask(loop_, client, {"SET", "a", "1"})), "OK");
  watched_.second.signal(SIGSTOP);
  watched_.first.ask({"CONFIG", "RESETSTAT"});
  std::vector<std::unique_ptr<Started<bool>>> waiting;
  for (int i = 0; i < 20; ++i) {
    waiting.push_back(std::make_unique<Started<bool>>(client.replicated()));
  }
  EXPECT_EQ(get(client, "a"), "1");
  for (auto& each : waiting) EXPECT_FALSE(each->wait(loop_));
  EXPECT_TRUE(watched_.first.ask({"INFO", "commandstats"}).contains("cmdstat_wait:calls=1,"));
  watched_.second.signal(SIGCONT);
}

/// Cut off from its replica it says nothing of sessions: what it has may be over elsewhere.
TEST_F(RedisPrimary, TellsOfNoSessionWhatItMayNotWrite) {
  auto settings = watched_.settings();
  ASSERT_TRUE(redis::find_primary(settings));
  redis::Primary primary{loop_, settings};
  redis::Client client{loop_, primary};
  Sessions sessions{client, new_key_ring(), SessionTable::own(8)};
  Scope scope{loop_};
  Session session;
  session.account_id = AccountId{7};
  const std::string set = loop_.run(sessions.begin(session, "", loop_.wall_now()));
  const std::string cookie = set.substr(0, set.find(';'));
  const auto recall = [&] {
    return loop_.run(sessions.recall(cookie, loop_.wall_now(), loop_.now(), scope)).has_value();
  };
  EXPECT_TRUE(recall());
  watched_.first.ask({"CONFIG", "SET", "min-replicas-to-write", "2"});
  EXPECT_THROW(recall(), Unavailable);
  watched_.first.ask({"CONFIG", "SET", "min-replicas-to-write", "1"});
  EXPECT_TRUE(recall());
}

/// Who has signed out stays out, though the server that was told dies at once.
TEST_F(RedisPrimary, TakesNoSignOutBack) {
  auto settings = watched_.settings();
  ASSERT_TRUE(redis::find_primary(settings));
  redis::Primary primary{loop_, settings};
  redis::Client client{loop_, primary};
  Sessions sessions{client, new_key_ring(), SessionTable::own(8)};
  const Wall now = loop_.wall_now();
  Session session;
  session.account_id = AccountId{7};
  const auto begin = [&] {
    const std::string set = loop_.run(sessions.begin(session, "", now));
    return set.substr(0, set.find(';'));
  };
  const std::string stays = begin();
  const std::string leaves = begin();
  ASSERT_TRUE(loop_.run(client.replicated()));
  watched_.first.ask({"CONFIG", "RESETSTAT"});
  loop_.run(sessions.end(leaves));
  EXPECT_TRUE(watched_.first.ask({"INFO", "commandstats"}).contains("cmdstat_wait:calls=1,"));
  watched_.first.kill();
  until([&] { return primary.settings().port == watched_.second.port(); }, "nobody takes over");
  const auto alive = [&](const std::string& cookie) -> std::optional<bool> {
    try {
      return loop_.run(sessions.read(cookie, now)).has_value();
    } catch (const Unavailable&) {
      return std::nullopt;
    }
  };
  until([&] { return alive(stays).has_value(); }, "the new one does not answer");
  EXPECT_EQ(alive(stays), true);
  EXPECT_EQ(alive(leaves), false);
}

}  // namespace
}  // namespace vneid::test
