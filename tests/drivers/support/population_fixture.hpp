#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <variant>

#include <gtest/gtest.h>

#include "async/epoll_loop.hpp"
#include "crypto/key_ring.hpp"
#include "drivers/support/canned_server.hpp"
#include "drivers/support/redis_server.hpp"
#include "drivers/support/started.hpp"
#include "net/unavailable.hpp"
#include "population/source.hpp"
#include "unit/population/samples.hpp"

namespace vneid::population {

/// Sources of a database whose answers the tests give, on a Redis of their own.
class PopulationTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { redis_server_ = std::make_unique<test::RedisServer>(); }
  static void TearDownTestSuite() { redis_server_.reset(); }
  void SetUp() override { redis_server_->ask({"FLUSHALL"}); }

  /// A JSON look-up, with limits that no test meets by chance.
  Settings settings() const {
    Settings settings = json_look_up;
    settings.endpoint = database_.url("/csdldc");
    settings.rate = {.tokens = 1, .period = Milliseconds{3'600'000}, .burst = 1000};
    settings.citizen_rate = settings.rate;
    settings.address_rate = settings.rate;
    settings.numbers_rate = settings.rate;
    return settings;
  }
  Settings soap() const {
    Settings over_soap = settings();
    over_soap.profile = Settings::Profile::soap;
    return over_soap;
  }
  std::unique_ptr<Source> source(Settings settings) {
    return std::make_unique<Source>(loop_, http_, redis_, keys_, std::move(settings));
  }

  /// "match", "no match", "citizen limited", "network limited", "deployment limited", or why it is
  /// unavailable.
  std::string outcome(test::Started<Answer>& call) {
    try {
      const Answer answer = call.wait(loop_);
      if (std::holds_alternative<Match>(answer)) return "match";
      if (std::holds_alternative<NoMatch>(answer)) return "no match";
      const auto& limited = std::get<Limited>(answer);
      retry_after_ = limited.retry_after;
      if (limited.who == Limited::Who::network) return "network limited";
      return limited.who == Limited::Who::citizen ? "citizen limited" : "deployment limited";
    } catch (const Unavailable& failure) {
      const std::string text = failure.what();
      if (failure.dependency() == Unavailable::Dependency::redis) return "redis: " + text;
      constexpr std::string_view before = "population database csdl: ";
      return text.starts_with(before) ? text.substr(before.size()) : "unexpected: " + text;
    }
  }
  std::string ask(Source& source, Question question) {
    test::Started<Answer> call(source.ask(std::move(question)));
    return outcome(call);
  }
  std::string ask(Source& source) { return ask(source, mine()); }

  static Question mine(const std::string& asker = "account:17") {
    Question question = question_of("052089999999", "", "07/03/1989");
    question.asker = asker;
    return question;
  }
  /// The façade's answer that fits mine().
  static std::string match() { return facade(collection_of(whole_citizen)); }
  static std::string facade(const std::string& xml) {
    const std::unique_ptr<json_t, decltype(&json_decref)> value(
        json_pack("{s:s, s:s#}", "error_code", "00", "message", xml.data(), xml.size()),
        &json_decref);
    const std::unique_ptr<char, decltype(&std::free)> text(json_dumps(value.get(), 0), &std::free);
    return text.get();
  }

  static std::unique_ptr<test::RedisServer> redis_server_;
  test::CannedServer database_;
  EpollLoop loop_;
  http::Client http_{loop_};
  redis::Client redis_{loop_, redis_server_->by_socket()};
  std::shared_ptr<const crypto::KeyRing> keys_ =
      std::make_shared<const crypto::KeyRing>(crypto::KeyRing::parse(key_text()).value());
  Milliseconds retry_after_{};

 private:
  static std::string key_text() {
    return crypto::KeyRing::generate_text(std::chrono::year{2026} / 11 / 23);
  }
};

inline std::unique_ptr<test::RedisServer> PopulationTest::redis_server_;

}  // namespace vneid::population
