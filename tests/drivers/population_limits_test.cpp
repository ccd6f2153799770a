// The token buckets of the population database's sources, in a real Redis.
#include <string>

#include "drivers/support/population_fixture.hpp"
#include "drivers/support/redis_calls.hpp"

namespace vneid::population {
namespace {

using test::turn_until;

constexpr Milliseconds hour{3'600'000};

class PopulationLimits : public PopulationTest {
 protected:
  void SetUp() override {
    PopulationTest::SetUp();
    database_.answer(match());
  }
  /// The bucket of whoever asked last, while there is one.
  static std::string asker_key() {
    return redis_server_->ask({"EVAL", "return redis.call('KEYS', '*:asker:*')[1] or 'none'", "0"});
  }
  static Question about(const std::string& number, const std::string& asker) {
    Question question = question_of(number);
    question.asker = asker;
    return question;
  }
};

TEST_F(PopulationLimits, HoldOverAllSourcesAndCalls) {
  Settings configured = settings();
  configured.citizen_rate = {.tokens = 10, .period = hour, .burst = 3};
  const auto one = source(configured);
  const auto another = source(configured);
  EXPECT_EQ(ask(*one), "match");
  EXPECT_EQ(ask(*another), "match");
  EXPECT_EQ(ask(*one), "match");
  EXPECT_EQ(ask(*another), "citizen limited");
  EXPECT_GT(retry_after_, hour / 10 - Milliseconds{20'000});
  EXPECT_LE(retry_after_, hour / 10);
  EXPECT_EQ(ask(*one), "citizen limited");
  EXPECT_EQ(database_.count(), 3U);
  Settings elsewhere = configured;
  elsewhere.name = "khac";
  EXPECT_EQ(ask(*source(elsewhere)), "match") << "every source has its own";
}

TEST_F(PopulationLimits, CountTheAskerAndTheNumberEach) {
  Settings configured = settings();
  configured.citizen_rate = {.tokens = 1, .period = hour, .burst = 2};
  configured.circuit_failures = 100;
  const auto source = this->source(configured);
  const std::string other = "052061000001";
  EXPECT_EQ(ask(*source, mine("account:1")), "match");
  EXPECT_EQ(ask(*source, mine("account:2")), "match");
  EXPECT_EQ(ask(*source, mine("account:3")), "citizen limited") << "askers about this number";
  const std::string somebody_else = "the answer is about somebody else";
  EXPECT_EQ(ask(*source, about(other, "account:3")), somebody_else);
  EXPECT_EQ(ask(*source, about("052061000002", "account:3")), somebody_else)
      << "the refused call has cost account:3 nothing";
  EXPECT_EQ(ask(*source, about("052061000003", "account:3")), "citizen limited") << "this asker";
  EXPECT_EQ(ask(*source, about("052061000003", "account:4")), somebody_else)
      << "the refused call has cost the number nothing";
  EXPECT_EQ(ask(*source, about("052061000003", "account:5")), somebody_else);
  EXPECT_EQ(ask(*source, about("052061000003", "account:6")), "citizen limited");
}

TEST_F(PopulationLimits, CountBothNumbersOfAQuestion) {
  Settings configured = settings();
  configured.citizen_rate = {.tokens = 1, .period = hour, .burst = 1};
  const auto source = this->source(configured);
  EXPECT_EQ(ask(*source, question_of("052089999999", "211234589")), "match");
  Question by_cmnd = question_of("", "211234589");
  by_cmnd.asker = "account:18";
  EXPECT_EQ(ask(*source, by_cmnd), "citizen limited");
}

TEST_F(PopulationLimits, HoldForTheDeployment) {
  Settings configured = settings();
  configured.rate = {.tokens = 1, .period = hour, .burst = 2};
  configured.citizen_rate.burst = 3;
  const auto source = this->source(configured);
  EXPECT_EQ(ask(*source), "match");
  EXPECT_EQ(ask(*source), "match");
  for (int i = 0; i < 3; ++i) EXPECT_EQ(ask(*source), "deployment limited");
  EXPECT_GT(retry_after_, hour - Milliseconds{20'000});
  EXPECT_LE(retry_after_, hour);
  configured.rate.burst = 1000;
  redis_server_->ask({"DEL", "vneid:population:csdl:all"});
  EXPECT_EQ(ask(*this->source(configured)), "match") << "refused calls cost the citizen nothing";
}

TEST_F(PopulationLimits, TokensComeBackOneByOne) {
  Settings configured = settings();
  configured.citizen_rate = {.tokens = 2, .period = Milliseconds{1500}, .burst = 2};
  const auto source = this->source(configured);
  EXPECT_EQ(ask(*source), "match");
  EXPECT_EQ(ask(*source), "match");
  EXPECT_EQ(ask(*source), "citizen limited");
  EXPECT_LE(retry_after_, Milliseconds{750});
  const auto again = loop_.now() + retry_after_;
  turn_until(loop_, [&] { return loop_.now() > again + Milliseconds{2}; });
  EXPECT_EQ(ask(*source), "match");
  EXPECT_EQ(ask(*source), "citizen limited") << "no more than one came";
  turn_until(loop_, [&] { return redis_server_->ask({"EXISTS", asker_key()}) == "0"; });
  EXPECT_EQ(ask(*source), "match");
  EXPECT_EQ(ask(*source), "match");
  EXPECT_EQ(ask(*source), "citizen limited") << "never above the burst";
}

TEST_F(PopulationLimits, AKnownAnswerCostsTheCitizenAndNobodyElse) {
  Settings configured = settings();
  configured.rate = {.tokens = 1, .period = hour, .burst = 1};
  configured.citizen_rate = {.tokens = 1, .period = hour, .burst = 3};
  const auto source = this->source(configured);
  database_.answer(facade(""));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(ask(*source), "no match");
  EXPECT_EQ(ask(*source), "citizen limited");
  EXPECT_EQ(database_.count(), 1U);
}

TEST_F(PopulationLimits, ANetworkAsksAboutFewNumbersHoweverManyAccountsItHas) {
  Settings configured = settings();
  configured.circuit_failures = 100;
  configured.address_rate = {.tokens = 1, .period = hour, .burst = 3};
  const auto source = this->source(configured);
  const std::string somebody_else = "the answer is about somebody else";
  const auto from = [&](int account, const std::string& network) {
    Question question =
        about("05206100000" + std::to_string(account), "account:" + std::to_string(account));
    question.network = network;
    return ask(*source, question);
  };
  for (int account = 1; account <= 3; ++account) {
    EXPECT_EQ(from(account, "a"), somebody_else) << account;
  }
  EXPECT_EQ(from(4, "a"), "network limited");
  EXPECT_GT(retry_after_, hour - Milliseconds{20'000});
  EXPECT_EQ(from(2, "a"), somebody_else) << "no further number";
  EXPECT_EQ(from(4, "b"), somebody_else) << "the refused call has cost nothing, elsewhere is free";
  EXPECT_EQ(from(5, ""), somebody_else) << "not limited by where it comes from";
}

TEST_F(PopulationLimits, EverybodyTogetherAsksAboutFewNumbers) {
  Settings configured = settings();
  configured.circuit_failures = 100;
  configured.numbers_rate = {.tokens = 1, .period = hour, .burst = 2};
  const auto source = this->source(configured);
  const std::string somebody_else = "the answer is about somebody else";
  EXPECT_EQ(ask(*source, about("052061000001", "account:1")), somebody_else);
  EXPECT_EQ(ask(*source, about("052061000002", "account:2")), somebody_else);
  EXPECT_EQ(ask(*source, about("052061000003", "account:3")), "deployment limited");
  EXPECT_EQ(ask(*source, about("052061000001", "account:3")), somebody_else) << "asked before";
}

TEST_F(PopulationLimits, RedisHoldsNoPersonalDataAndForgets) {
  const auto source = this->source(settings());
  database_.answer(facade(""));
  EXPECT_EQ(ask(*source, question_of("052089999999", "211234589")), "no match");
  const std::string all = redis_server_->ask(
      {"EVAL",
       "local all = '' for _, key in ipairs(redis.call('KEYS', '*')) do "
       "all = all .. key .. ' ' .. redis.call('DUMP', key) .. ' ' "
       "local left = redis.call('PTTL', key) if left <= 0 then all = all .. 'FOREVER' end end "
       "return all",
       "0"});
  for (const char* secret : {"052089999999", "211234589", "NGUYEN", "account:17", "FOREVER"}) {
    EXPECT_FALSE(all.contains(secret)) << secret;
  }
  EXPECT_EQ(redis_server_->ask({"DBSIZE"}), "7")
      << "three of citizens, two of all, one number asked about, one answer";
  const std::string left = redis_server_->ask(
      {"EVAL", "return redis.call('PTTL', redis.call('KEYS', '*:nobody:*')[1])", "0"});
  EXPECT_GT(std::stoi(left), 280'000);
  EXPECT_LE(std::stoi(left), 300'000);
}

TEST_F(PopulationLimits, WithoutRedisNobodyIsAsked) {
  redis::Settings away = redis_server_->by_socket();
  away.unix_path += ".away";
  redis::Client no_redis{loop_, away};
  Source source{loop_, http_, no_redis, keys_, settings()};
  EXPECT_TRUE(ask(source, mine()).starts_with("redis: "));
  EXPECT_EQ(source.circuit(), Circuit::closed);
  EXPECT_EQ(database_.count(), 0U);
  redis_server_->ask({"SET", "vneid:population:csdl:all", "not a bucket"});
  EXPECT_TRUE(ask(*this->source(settings())).starts_with("redis: redis answered with an error"));
  EXPECT_EQ(database_.count(), 0U);
}

}  // namespace
}  // namespace vneid::population
