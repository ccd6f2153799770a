#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "async/epoll_loop.hpp"
#include "async/wait.hpp"
#include "crypto/random.hpp"
#include "drivers/support/redis_server.hpp"
#include "net/unavailable.hpp"
#include "session/cookie.hpp"
#include "session/flow.hpp"
#include "session/session.hpp"
#include "session/ticket.hpp"

namespace vneid::test {
namespace {

std::shared_ptr<const crypto::KeyRing> fresh_keys() {
  const auto text = crypto::KeyRing::generate_text(std::chrono::year_month_day{
      std::chrono::year{2026}, std::chrono::month{11}, std::chrono::day{23}});
  return std::make_shared<const crypto::KeyRing>(crypto::KeyRing::parse(text).value());
}

/// The Cookie header that a browser sends after a Set-Cookie.
std::string sent_back(const std::string& set_cookie) {
  return set_cookie.substr(0, set_cookie.find(';'));
}

class SessionStores : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { server_ = std::make_unique<RedisServer>(); }
  static void TearDownTestSuite() { server_.reset(); }
  void SetUp() override { server_->ask({"FLUSHALL"}); }

  [[nodiscard]] Wall now() const { return loop_.wall_now(); }

  static std::unique_ptr<RedisServer> server_;
  EpollLoop loop_;
  redis::Client redis_{loop_, server_->by_socket()};
  std::shared_ptr<const crypto::KeyRing> keys_ = fresh_keys();
  Tickets tickets_{redis_, keys_};
  Flows flows_{redis_, keys_};
  Sessions sessions_{redis_, keys_};
};

std::unique_ptr<RedisServer> SessionStores::server_;

class TicketStore : public SessionStores {
 protected:
  Ticket ticket() {
    Ticket ticket;
    ticket.id = crypto::random_token();
    ticket.issued_at = now();
    ticket.portal = "cổng";
    ticket.account_id = 7;
    ticket.account_masked = "le***u";
    return ticket;
  }
  static WithheldAnswer answer(std::size_t cookies) {
    WithheldAnswer answer;
    answer.status = 302;
    answer.headers.emplace_back("Location", "/trang-chu");
    for (std::size_t i = 0; i < cookies; ++i) {
      answer.headers.emplace_back("Set-Cookie",
                                  "c" + std::to_string(i) + "=" + crypto::random_token());
    }
    return answer;
  }
};

TEST_F(TicketStore, ReleasesOnceWhateverTheSize) {
  for (const std::size_t cookies : {0U, 2U, 30U, 200U}) {
    const auto held = answer(cookies);
    const auto cookie = sent_back(loop_.run(tickets_.issue(ticket(), held)));
    EXPECT_LT(cookie.size(), 4000U);
    const auto opened = tickets_.open(cookie, "cổng", now());
    ASSERT_TRUE(opened.has_value());
    EXPECT_EQ(opened->account_id, 7);
    EXPECT_EQ(opened->portal, "cổng");
    EXPECT_TRUE(loop_.run(tickets_.unused(opened->id)));
    const auto released = loop_.run(tickets_.release(cookie, "cổng", now()));
    ASSERT_TRUE(released.has_value());
    EXPECT_EQ(released->headers, held.headers);
    EXPECT_FALSE(loop_.run(tickets_.unused(opened->id)));
    const auto again = loop_.run(tickets_.release(cookie, "cổng", now()));
    ASSERT_FALSE(again.has_value());
    EXPECT_EQ(again.error(), TicketError::used);
  }
}

TEST_F(TicketStore, ExpiresAndIsNotForged) {
  const auto cookie = sent_back(loop_.run(tickets_.issue(ticket(), answer(1))));
  EXPECT_EQ(tickets_.open(cookie, "cổng", now() + Tickets::lifetime + Milliseconds{1000}).error(),
            TicketError::expired);
  EXPECT_EQ(tickets_.open("", "cổng", now()).error(), TicketError::absent);
  std::string forged = cookie;
  forged.back() = forged.back() == 'A' ? 'B' : 'A';
  EXPECT_EQ(tickets_.open(forged, "cổng", now()).error(), TicketError::absent);
  const Tickets strangers{redis_, fresh_keys()};
  EXPECT_EQ(strangers.open(cookie, "cổng", now()).error(), TicketError::absent);
  EXPECT_EQ(tickets_.open(cookie, "another portal", now()).error(), TicketError::absent);
  // A planted value before the good one does not hide it.
  EXPECT_TRUE(tickets_.open("__Host-vneid-ticket=x; " + cookie, "cổng", now()).has_value());
}

class FlowStore : public SessionStores {
 protected:
  static FlowRecord record() {
    FlowRecord record;
    record.provider = "bca";
    record.nonce = "nonce";
    record.code_verifier = "verifier";
    record.redirect_uri = "https://portal.example/vneid/callback/bca";
    record.ticket_id = "ticket";
    return record;
  }
  const std::string state_ = crypto::random_token();
  const std::string browser_ = crypto::random_token();
};

TEST_F(FlowStore, GivesTheRecordToOneCallerOnly) {
  loop_.run(flows_.begin(state_, browser_, record()));
  const auto taken = loop_.run(flows_.take(state_, browser_));
  ASSERT_TRUE(taken.has_value());
  EXPECT_EQ(taken->code_verifier, "verifier");
  EXPECT_EQ(taken->ticket_id, "ticket");
  EXPECT_FALSE(loop_.run(flows_.take(state_, browser_)).has_value());
}

TEST_F(FlowStore, AnotherBrowserFindsAndSpendsNothing) {
  loop_.run(flows_.begin(state_, browser_, record()));
  EXPECT_FALSE(loop_.run(flows_.take(state_, crypto::random_token())).has_value());
  EXPECT_FALSE(loop_.run(flows_.outcome(state_, crypto::random_token())).has_value());
  EXPECT_FALSE(loop_.run(flows_.take(crypto::random_token(), browser_)).has_value());
  EXPECT_TRUE(loop_.run(flows_.take(state_, browser_)).has_value());
}

TEST_F(FlowStore, KeepsTheOutcomeForRepeatedCallbacks) {
  EXPECT_FALSE(loop_.run(flows_.outcome(state_, browser_)).has_value());
  loop_.run(flows_.begin(state_, browser_, record()));
  auto outcome = loop_.run(flows_.outcome(state_, browser_));
  ASSERT_TRUE(outcome.has_value());
  EXPECT_EQ(outcome->state, FlowOutcome::State::pending);
  outcome->state = FlowOutcome::State::linked;
  outcome->link_id = 5;
  outcome->person_id = 6;
  loop_.run(flows_.finish(state_, browser_, *outcome));
  outcome = loop_.run(flows_.outcome(state_, browser_));
  ASSERT_TRUE(outcome.has_value());
  EXPECT_EQ(outcome->state, FlowOutcome::State::linked);
  EXPECT_EQ(outcome->link_id, 5);
  EXPECT_EQ(outcome->person_id, 6);
}

TEST_F(FlowStore, NothingInRedisTellsStateBrowserOrSecret) {
  loop_.run(flows_.begin(state_, browser_, record()));
  const std::string everything =
      server_->ask({"EVAL",
                    "local t='' for _,k in ipairs(redis.call('KEYS','*'))"
                    " do t=t..k..redis.call('GET',k) end return t",
                    "0"});
  EXPECT_FALSE(everything.empty());
  for (const std::string& secret : {state_, browser_, std::string("verifier")}) {
    EXPECT_EQ(everything.find(secret), std::string::npos);
  }
}

Task<void> pause(EventLoop& loop) { co_await sleep_for(loop, Milliseconds{5}); }

class SessionStore : public SessionStores {
 protected:
  static Session session() {
    Session session;
    session.proof = Session::Proof::vneid;
    session.portal = "portal";
    session.account_id = 1;
    session.person_id = 2;
    session.link_id = 3;
    return session;
  }
};

TEST_F(SessionStore, IsReadBackByItsCookieAlone) {
  const auto cookie = sent_back(loop_.run(sessions_.begin(session(), "", now())));
  const auto live = loop_.run(sessions_.read(cookie, now()));
  ASSERT_TRUE(live.has_value());
  EXPECT_EQ(live->session.person_id, 2);
  EXPECT_EQ(live->session.proof, Session::Proof::vneid);
  EXPECT_FALSE(loop_.run(sessions_.read("", now())).has_value());
  EXPECT_FALSE(loop_.run(sessions_.read("__Host-vneid-session=x", now())).has_value());
  EXPECT_FALSE(
      loop_.run(sessions_.read("__Host-vneid-session=" + std::string(70, 'a'), now())).has_value());
}

TEST_F(SessionStore, ANewOneEndsTheOneBefore) {
  const auto first = sent_back(loop_.run(sessions_.begin(session(), "", now())));
  const auto second = sent_back(loop_.run(sessions_.begin(session(), first, now())));
  EXPECT_NE(first, second);
  EXPECT_FALSE(loop_.run(sessions_.read(first, now())).has_value());
  EXPECT_TRUE(loop_.run(sessions_.read(second, now())).has_value());
}

TEST_F(SessionStore, IdleOnesAreRedissToForget) {
  server_->ask({"FLUSHALL"});
  const auto cookie = sent_back(loop_.run(sessions_.begin(session(), "", now())));
  const auto left = [] {
    return std::stoll(server_->ask(
        {"EVAL",
         "local k = redis.call('KEYS','*session:*')[1] return k and redis.call('PTTL', k) or -2",
         "0"}));
  };
  const auto idle = SessionLimits{}.idle.count();
  EXPECT_LE(left(), idle);
  EXPECT_GT(left(), idle - 60'000);
  server_->ask(
      {"EVAL", "return redis.call('PEXPIRE', redis.call('KEYS','*session:*')[1], 60000)", "0"});
  EXPECT_TRUE(loop_.run(sessions_.read(cookie, now())).has_value());
  EXPECT_GT(left(), idle - 60'000) << "reading lets it live on";
  server_->ask(
      {"EVAL", "return redis.call('PEXPIRE', redis.call('KEYS','*session:*')[1], 1)", "0"});
  for (int i = 0; i < 1000 && left() > 0; ++i) loop_.run(pause(loop_));
  EXPECT_FALSE(loop_.run(sessions_.read(cookie, now())).has_value());
}

TEST_F(SessionStore, EndsEightHoursAfterItBeganHoweverOftenItIsRead) {
  const auto cookie = sent_back(loop_.run(sessions_.begin(session(), "", now())));
  const Wall begun = now();
  EXPECT_TRUE(loop_.run(sessions_.read(cookie, begun + std::chrono::hours{7})).has_value());
  EXPECT_FALSE(loop_.run(sessions_.read(cookie, begun + SessionLimits{}.absolute)).has_value());
}

TEST_F(SessionStore, AStoreThatIsAwayIsUnknownAndNotAbsent) {
  const auto cookie = sent_back(loop_.run(sessions_.begin(session(), "", now())));
  server_->kill();
  EXPECT_THROW(loop_.run(sessions_.read(cookie, now())), Unavailable);
  server_->start();
}

}  // namespace
}  // namespace vneid::test
