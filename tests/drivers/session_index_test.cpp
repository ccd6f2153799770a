// Sessions that are ended from outside: by person, by session of the provider, by account; limits
// and hints; and logout tokens that must not work twice.
#include "drivers/support/session_index.hpp"

#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "async/wait.hpp"
#include "crypto/random.hpp"
#include "drivers/support/started.hpp"
#include "net/unavailable.hpp"

namespace vneid::test {
namespace {

TEST_F(SessionIndex, KeepsWhatTheProviderTold) {
  const auto cookie = begin(of(an_, "sid-1"));
  const auto live = loop_.run(sessions_.read(cookie, now()));
  ASSERT_TRUE(live.has_value());
  EXPECT_EQ(live->session.provider, "bca");
  EXPECT_EQ(live->session.subject_key, SubjectKey{an_});
  EXPECT_EQ(live->session.sid, "sid-1");
}

TEST_F(SessionIndex, EndsAllSessionsOfAPersonAndNoOther) {
  std::vector<std::string> hers;
  for (int i = 0; i < 10; ++i) hers.push_back(begin(of(an_, "sid-" + std::to_string(i))));
  const auto his = begin(of(binh_, "sid-b"));
  Session elsewhere = of(an_, "sid-e");
  elsewhere.provider = "another";
  const auto other = begin(elsewhere);
  EXPECT_EQ(loop_.run(sessions_.end_subject("bca", SubjectKey{an_})), 10);
  for (const auto& cookie : hers) {
    EXPECT_FALSE(alive(cookie));
    EXPECT_FALSE(loop_.run(sessions_.hint(token_of(cookie))).has_value());
  }
  EXPECT_TRUE(alive(his));
  EXPECT_TRUE(alive(other)) << "the same person's name at another provider is another person";
  EXPECT_EQ(loop_.run(sessions_.end_subject("bca", SubjectKey{an_})), 0);
}

TEST_F(SessionIndex, EndsTheSessionsOfOneSessionOfTheProvider) {
  const auto first = begin(of(an_, "sid-1"));
  const auto same = begin(of(an_, "sid-1"));
  const auto second = begin(of(an_, "sid-2"));
  EXPECT_EQ(loop_.run(sessions_.end_sid("another", "sid-1")), 0);
  EXPECT_EQ(loop_.run(sessions_.end_sid("bca", "sid-1")), 2);
  EXPECT_FALSE(alive(first));
  EXPECT_FALSE(alive(same));
  EXPECT_TRUE(alive(second));
  EXPECT_EQ(loop_.run(sessions_.end_subject("bca", SubjectKey{an_})), 1);
}

TEST_F(SessionIndex, EndsAllSessionsOfAnAccount) {
  Session legacy;
  legacy.account_id = AccountId{7};
  const auto by_password = begin(legacy);
  const auto by_vneid = begin(of(an_, "", 7));
  const auto other = begin(of(an_, "", 8));
  EXPECT_EQ(loop_.run(sessions_.end_all_of_account(AccountId{7})), 2);
  EXPECT_FALSE(alive(by_password));
  EXPECT_FALSE(alive(by_vneid));
  EXPECT_TRUE(alive(other));
}

TEST_F(SessionIndex, AnEmptyNameNamesNobody) {
  const auto legacy = begin(of("", ""));
  EXPECT_EQ(loop_.run(sessions_.end_subject("bca", SubjectKey{""})), 0);
  EXPECT_EQ(loop_.run(sessions_.end_sid("bca", "")), 0);
  EXPECT_EQ(loop_.run(sessions_.end_all_of_account(AccountId{0})), 0);
  EXPECT_TRUE(alive(legacy));
}

TEST_F(SessionIndex, SetsForgetWhatTheBrowserHadBefore) {
  std::string cookie;
  for (int i = 0; i < 50; ++i) cookie = begin(of(an_, "sid-1"), cookie);
  for (const char* kind : {"subject", "sid", "account"}) {
    const std::string size =
        script(std::string("return redis.call('ZCARD', redis.call('KEYS', '*sessions-of-") + kind +
               ":*')[1])");
    EXPECT_EQ(size, "1") << kind;
  }
}

Task<void> next_millisecond(EventLoop& loop) { co_await sleep_for(loop, Milliseconds{2}); }

TEST_F(SessionIndex, WithOneMoreThanAHundredTheOldestEnds) {
  std::vector<std::string> cookies;
  for (int i = 0; i < 101; ++i) {
    loop_.run(next_millisecond(loop_));  // oldest by the clock of Redis
    cookies.push_back(begin(of(an_, "")));
  }
  EXPECT_FALSE(alive(cookies.front()));
  EXPECT_FALSE(loop_.run(sessions_.hint(token_of(cookies.front()))).has_value());
  for (std::size_t i = 1; i < cookies.size(); ++i) EXPECT_TRUE(alive(cookies[i])) << i;
  const auto other = begin(of(binh_, "", 8));
  EXPECT_TRUE(alive(other));
}

/// Who knows one password must not be able to take Redis away from all others.
TEST_F(SessionIndex, BeginningCostsTheSameHoweverManyThereAre) {
  const auto calls = [] {
    return std::stoll(script(
        "local sum = 0 for n in string.gmatch(redis.call('INFO', 'commandstats'), 'calls=(%d+)') "
        "do sum = sum + n end return sum"));
  };
  const auto cost = [&] {
    const long long before = calls();
    for (int i = 0; i < 10; ++i) begin(of(an_, "sid"));
    return calls() - before;
  };
  for (int i = 0; i < 150; ++i) begin(of(an_, "sid"));  // each takes another's place
  const long long few = cost();
  for (int i = 0; i < 6000; ++i) begin(of(an_, "sid"));
  EXPECT_LE(cost(), few * 11 / 10) << "and " << few << " before";
  EXPECT_LE(count("*vneid:session:*"), 100);
}

TEST_F(SessionIndex, NothingStaysForEver) {
  begin(of(an_, "sid-1"));
  const SessionLimits brief{.idle = std::chrono::minutes{1}, .absolute = std::chrono::minutes{5}};
  Sessions kiosk{redis_, keys_, table_, brief};
  loop_.run(kiosk.begin(of(an_, "sid-1"), "", now(), "the.id.token"));
  const std::string least = script(
      "local least = 1e12 for _, k in ipairs(redis.call('KEYS', '*')) do"
      " least = math.min(least, redis.call('PTTL', k)) end return least");
  EXPECT_GT(std::stoll(least), 0) << "every key has its end";
  const std::string set =
      script("return redis.call('PTTL', redis.call('KEYS', '*sessions-of-subject:*')[1])");
  EXPECT_GT(std::stoll(set), std::chrono::milliseconds{std::chrono::hours{7}}.count())
      << "the kiosk's short limit must not hide the other's session";
}

TEST_F(SessionIndex, NothingInRedisTellsWhoItIs) {
  const auto cookie = begin(of(an_, "the-sid"));
  const std::string everything = script(
      "local t = '' for _, k in ipairs(redis.call('KEYS', '*')) do"
      " local kind = redis.call('TYPE', k).ok"
      " if kind == 'zset' then t = t .. k .. table.concat(redis.call('ZRANGE', k, 0, -1))"
      " else t = t .. k .. redis.call('GET', k) end end return t");
  EXPECT_GT(everything.size(), 200U);
  for (const std::string& secret :
       {token_of(cookie).value(), std::string("the-sid"), an_, std::string("the.id.token")}) {
    EXPECT_EQ(everything.find(secret), std::string::npos);
  }
}

TEST_F(SessionIndex, ASessionBegunMeanwhileIsEndedOrBeganAfterIt) {
  redis::Client second{loop_, server_->by_socket()};
  Sessions other_worker{second, keys_, table_};
  for (int round = 0; round < 50; ++round) {
    // Both are under way on connections of their own; Redis takes them in either order.
    std::vector<std::unique_ptr<Started<std::string>>> begins;
    begins.reserve(8);
    for (int i = 0; i < 4; ++i) {
      begins.push_back(std::make_unique<Started<std::string>>(
          sessions_.begin(of(an_, "sid"), "", now(), "the.id.token")));
    }
    Started<std::int64_t> ends(other_worker.end_subject("bca", SubjectKey{an_}));
    for (int i = 0; i < 4; ++i) {
      begins.push_back(std::make_unique<Started<std::string>>(
          sessions_.begin(of(an_, "sid"), "", now(), "the.id.token")));
    }
    const std::int64_t ended = ends.wait(loop_);
    std::vector<std::string> cookies;
    for (auto& begun : begins) {
      const std::string set = begun->wait(loop_);
      cookies.push_back(set.substr(0, set.find(';')));
    }
    std::int64_t living = 0;
    for (const auto& cookie : cookies) living += alive(cookie) ? 1 : 0;
    EXPECT_EQ(ended + living, 8);
    EXPECT_EQ(loop_.run(sessions_.end_subject("bca", SubjectKey{an_})), living)
        << "none is out of reach";
    EXPECT_EQ(count("*vneid:session:*"), 0);
    EXPECT_EQ(count("*session-hint:*"), 0);
  }
}

TEST_F(SessionIndex, HintIsKeptForTheSignOutAndGoesWithTheSession) {
  const auto cookie = begin(of(an_, "sid-1"));
  EXPECT_EQ(loop_.run(sessions_.hint(token_of(cookie))), "the.id.token");
  EXPECT_EQ(loop_.run(sessions_.hint(SessionToken{crypto::random_token()})), std::nullopt);
  EXPECT_EQ(loop_.run(sessions_.hint(SessionToken{std::string(1000, 'x')})), std::nullopt);
  const auto next = begin(of(an_, "sid-1"), cookie);
  EXPECT_EQ(loop_.run(sessions_.hint(token_of(cookie))), std::nullopt) << "ended by the next one";
  EXPECT_FALSE(alive(cookie));
  loop_.run(sessions_.end(next));
  EXPECT_EQ(loop_.run(sessions_.hint(token_of(next))), std::nullopt);
  const auto set = loop_.run(sessions_.begin(of(an_, "sid-1"), "", now()));
  EXPECT_EQ(loop_.run(sessions_.hint(token_of(set.substr(0, set.find(';'))))), std::nullopt);
}

TEST_F(SessionIndex, ReadingIsOneCommand) {
  const auto cookie = begin(of(an_, "sid-1"));
  const auto first = commands();
  const auto second = commands();
  EXPECT_TRUE(alive(cookie));
  const auto third = commands();
  const auto asking = second - first;
  EXPECT_EQ(third - second - asking, 1);
}

TEST_F(SessionIndex, PastItsAbsoluteLimitReadingDoesNotKeepIt) {
  const auto cookie = begin(of(an_, "sid-1"));
  EXPECT_FALSE(loop_.run(sessions_.read(cookie, now() + SessionLimits{}.absolute)).has_value());
  EXPECT_EQ(count("*vneid:session:*"), 0);
  EXPECT_EQ(count("*session-hint:*"), 0);
}

TEST_F(SessionIndex, LimitsAreSettings) {
  const SessionLimits brief{.idle = std::chrono::minutes{2}, .absolute = std::chrono::minutes{30}};
  Sessions kiosk{redis_, keys_, table_, brief};
  const auto set = loop_.run(kiosk.begin(of(an_, "sid-1"), "", now()));
  const auto cookie = set.substr(0, set.find(';'));
  const std::string pattern =
      "return redis.call('PTTL', redis.call('KEYS', '*vneid:session:*')[1])";
  EXPECT_LE(std::stoll(script(pattern)), 120'000);
  EXPECT_TRUE(loop_.run(kiosk.read(cookie, now() + std::chrono::minutes{29})).has_value());
  EXPECT_LE(std::stoll(script(pattern)), 120'000);
  EXPECT_FALSE(loop_.run(kiosk.read(cookie, now() + std::chrono::minutes{30})).has_value());
  const SessionLimits odd{.idle = std::chrono::hours{9}, .absolute = std::chrono::minutes{1}};
  Sessions shorter{redis_, keys_, table_, odd};
  loop_.run(shorter.begin(of(an_, "sid-1"), "", now()));
  EXPECT_LE(std::stoll(script(pattern)), 60'000);
}

TEST_F(SessionIndex, AStoreThatIsAwayIsUnknown) {
  const auto cookie = begin(of(an_, "sid-1"));
  server_->kill();
  EXPECT_THROW(loop_.run(sessions_.end_subject("bca", SubjectKey{an_})), Unavailable);
  EXPECT_THROW(loop_.run(sessions_.end_sid("bca", "sid-1")), Unavailable);
  EXPECT_THROW(loop_.run(sessions_.end_all_of_account(AccountId{1})), Unavailable);
  EXPECT_THROW(loop_.run(sessions_.hint(token_of(cookie))), Unavailable);
  EXPECT_THROW(loop_.run(sessions_.begin(of(an_, "sid-1"), "", now())), Unavailable);
  server_->start();
}

}  // namespace
}  // namespace vneid::test
