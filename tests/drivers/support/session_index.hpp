#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "async/epoll_loop.hpp"
#include "crypto/key_ring.hpp"
#include "drivers/support/redis_server.hpp"
#include "session/session.hpp"

namespace vneid::test {

/// A key ring of its own.
inline std::shared_ptr<const crypto::KeyRing> new_key_ring() {
  const auto text = crypto::KeyRing::generate_text(std::chrono::year_month_day{
      std::chrono::year{2026}, std::chrono::month{11}, std::chrono::day{23}});
  return std::make_shared<const crypto::KeyRing>(crypto::KeyRing::parse(text).value());
}

/// Sessions on a private Redis that is empty at the beginning of each test.
class SessionIndex : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { server_ = std::make_unique<RedisServer>(); }
  static void TearDownTestSuite() { server_.reset(); }
  void SetUp() override { server_->ask({"FLUSHALL"}); }

  [[nodiscard]] Wall now() const { return loop_.wall_now(); }

  static Session of(const std::string& subject, const std::string& sid, std::int64_t account = 1) {
    Session session;
    session.proof = Session::Proof::vneid;
    session.portal = PortalName{"portal"};
    session.account_id = AccountId{account};
    session.person_id = PersonId{2};
    session.provider = "bca";
    session.subject_key = SubjectKey{subject};
    session.sid = sid;
    return session;
  }
  /// Begins one; the Cookie header of its browser.
  std::string begin(Session session, const std::string& cookie = {}) {
    const auto set = loop_.run(sessions_.begin(std::move(session), cookie, now(), "the.id.token"));
    return set.substr(0, set.find(';'));
  }
  bool alive(const std::string& cookie) {
    return loop_.run(sessions_.read(cookie, now())).has_value();
  }
  static SessionToken token_of(const std::string& cookie) {
    return SessionToken{cookie.substr(cookie.find('=') + 1)};
  }
  /// What Redis answers to a script without keys.
  static std::string script(const std::string& text) { return server_->ask({"EVAL", text, "0"}); }
  static long long count(const std::string& pattern) {
    return std::stoll(script("return #redis.call('KEYS', '" + pattern + "')"));
  }
  /// How many commands Redis has carried out.
  static long long commands() {
    return std::stoll(
        script("return tonumber(string.match(redis.call('INFO', 'stats'), 'processed:(%d+)'))"));
  }

  static inline std::unique_ptr<RedisServer> server_;
  const std::string an_ = std::string(31, '\0') + "a";  // as keys are: any bytes
  const std::string binh_ = std::string(31, '\0') + "b";
  EpollLoop loop_;
  redis::Client redis_{loop_, server_->by_socket()};
  std::shared_ptr<const crypto::KeyRing> keys_ = new_key_ring();
  SessionTable table_ = SessionTable::own(64);
  Sessions sessions_{redis_, keys_, table_};
};

}  // namespace vneid::test
