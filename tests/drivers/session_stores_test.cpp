#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "async/epoll_loop.hpp"
#include "async/wait.hpp"
#include "crypto/random.hpp"
#include "drivers/support/redis_server.hpp"
#include "flows/vneid/authorization.hpp"
#include "net/unavailable.hpp"
#include "session/cookie.hpp"
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
  flows::Authorizations authorizations_{redis_, keys_};
  Sessions sessions_{redis_, keys_, SessionTable::own(64)};
};

std::unique_ptr<RedisServer> SessionStores::server_;

class TicketStore : public SessionStores {
 protected:
  Ticket ticket() {
    Ticket ticket;
    ticket.id = TicketId{crypto::random_token()};
    ticket.issued_at = now();
    ticket.portal = PortalName{"cổng"};
    ticket.account_id = AccountId{7};
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
    const auto opened = tickets_.open(cookie, PortalName{"cổng"}, now());
    ASSERT_TRUE(opened.has_value());
    EXPECT_EQ(opened->account_id, AccountId{7});
    EXPECT_EQ(opened->portal, PortalName{"cổng"});
    EXPECT_TRUE(loop_.run(tickets_.unused(*opened)));
    const auto released = loop_.run(tickets_.release(cookie, PortalName{"cổng"}, now()));
    ASSERT_TRUE(released.has_value());
    EXPECT_EQ(released->headers, held.headers);
    EXPECT_FALSE(loop_.run(tickets_.unused(*opened)));
    const auto again = loop_.run(tickets_.release(cookie, PortalName{"cổng"}, now()));
    ASSERT_FALSE(again.has_value());
    EXPECT_EQ(again.error(), TicketError::used);
  }
}

TEST_F(TicketStore, ExpiresAndIsNotForged) {
  const auto cookie = sent_back(loop_.run(tickets_.issue(ticket(), answer(1))));
  EXPECT_EQ(
      tickets_.open(cookie, PortalName{"cổng"}, now() + Tickets::lifetime + Milliseconds{1000})
          .error(),
      TicketError::expired);
  EXPECT_EQ(tickets_.open("", PortalName{"cổng"}, now()).error(), TicketError::absent);
  std::string forged = cookie;
  forged.back() = forged.back() == 'A' ? 'B' : 'A';
  EXPECT_EQ(tickets_.open(forged, PortalName{"cổng"}, now()).error(), TicketError::absent);
  const Tickets strangers{redis_, fresh_keys()};
  EXPECT_EQ(strangers.open(cookie, PortalName{"cổng"}, now()).error(), TicketError::absent);
  EXPECT_EQ(tickets_.open(cookie, PortalName{"another portal"}, now()).error(),
            TicketError::absent);
  // A planted value before the good one does not hide it.
  EXPECT_TRUE(
      tickets_.open("__Host-vneid-ticket=x; " + cookie, PortalName{"cổng"}, now()).has_value());
}

class AuthorizationStore : public SessionStores {
 protected:
  static flows::Authorization record() {
    flows::Authorization record;
    record.provider = "bca";
    record.nonce = "nonce";
    record.code_verifier = "verifier";
    record.redirect_uri = "https://portal.example/vneid/callback/bca";
    record.purpose = flows::LinkHeld{TicketId{"ticket"}};
    return record;
  }
  const State state_{crypto::random_token()};
  const BrowserId browser_{crypto::random_token()};
};

TEST_F(AuthorizationStore, GivesTheRecordToOneCallerOnly) {
  loop_.run(authorizations_.begin(state_, browser_, record()));
  const auto taken = loop_.run(authorizations_.take(state_, browser_));
  ASSERT_TRUE(taken.has_value());
  EXPECT_EQ(taken->code_verifier, "verifier");
  EXPECT_EQ(std::get<flows::LinkHeld>(taken->purpose).ticket_id, TicketId{"ticket"});
  EXPECT_FALSE(loop_.run(authorizations_.take(state_, browser_)).has_value());
}

TEST_F(AuthorizationStore, AnotherBrowserFindsAndSpendsNothing) {
  loop_.run(authorizations_.begin(state_, browser_, record()));
  EXPECT_FALSE(
      loop_.run(authorizations_.take(state_, BrowserId{crypto::random_token()})).has_value());
  EXPECT_FALSE(
      loop_.run(authorizations_.outcome(state_, BrowserId{crypto::random_token()})).has_value());
  EXPECT_FALSE(
      loop_.run(authorizations_.take(State{crypto::random_token()}, browser_)).has_value());
  EXPECT_TRUE(loop_.run(authorizations_.take(state_, browser_)).has_value());
}

TEST_F(AuthorizationStore, KeepsTheOutcomeForRepeatedCallbacks) {
  EXPECT_FALSE(loop_.run(authorizations_.outcome(state_, browser_)).has_value());
  loop_.run(authorizations_.begin(state_, browser_, record()));
  auto outcome = loop_.run(authorizations_.outcome(state_, browser_));
  ASSERT_TRUE(outcome.has_value());
  EXPECT_TRUE(std::holds_alternative<flows::Pending>(outcome->result));
  EXPECT_EQ(std::get<flows::LinkHeld>(outcome->purpose).ticket_id, TicketId{"ticket"});
  flows::AccountLinked linked;
  linked.link_id = LinkId{5};
  linked.person_id = PersonId{6};
  linked.subject_key = SubjectKey{std::string(32, '\xff')};
  outcome->result = linked;
  loop_.run(authorizations_.finish(state_, browser_, *outcome));
  outcome = loop_.run(authorizations_.outcome(state_, browser_));
  ASSERT_TRUE(outcome.has_value());
  const auto& kept = std::get<flows::AccountLinked>(outcome->result);
  EXPECT_EQ(kept.link_id, LinkId{5});
  EXPECT_EQ(kept.person_id, PersonId{6});
  EXPECT_EQ(kept.subject_key, linked.subject_key);
}

TEST_F(AuthorizationStore, KeepsEveryFailureByItsName) {
  for (const auto kind : pages::all_error_kinds()) {
    flows::Outcome outcome;
    outcome.purpose = flows::SignIn{"/a?b=c"};
    outcome.finished_at = now();
    outcome.result = flows::Failed{kind, "K7QF-2MXD", pages::ReviewState::rejected};
    loop_.run(authorizations_.finish(state_, browser_, outcome));
    const auto kept = loop_.run(authorizations_.outcome(state_, browser_));
    ASSERT_TRUE(kept.has_value()) << pages::string_id(kind);
    const auto& failure = std::get<flows::Failed>(kept->result);
    EXPECT_EQ(failure.kind, kind);
    EXPECT_EQ(failure.review_code, "K7QF-2MXD");
    EXPECT_EQ(failure.review_state, pages::ReviewState::rejected);
    EXPECT_EQ(std::get<flows::SignIn>(kept->purpose).return_to, "/a?b=c");
    EXPECT_EQ(kept->finished_at, outcome.finished_at);
  }
}

TEST_F(AuthorizationStore, NothingInRedisTellsStateBrowserOrSecret) {
  loop_.run(authorizations_.begin(state_, browser_, record()));
  const std::string everything =
      server_->ask({"EVAL",
                    "local t='' for _,k in ipairs(redis.call('KEYS','*'))"
                    " do t=t..k..redis.call('GET',k) end return t",
                    "0"});
  EXPECT_FALSE(everything.empty());
  for (const std::string& secret : {state_.value(), browser_.value(), std::string("verifier")}) {
    EXPECT_EQ(everything.find(secret), std::string::npos);
  }
}

Task<void> pause(EventLoop& loop) { co_await sleep_for(loop, Milliseconds{5}); }

class SessionStore : public SessionStores {
 protected:
  static Session session() {
    Session session;
    session.proof = Session::Proof::vneid;
    session.portal = PortalName{"portal"};
    session.account_id = AccountId{1};
    session.person_id = PersonId{2};
    session.link_id = LinkId{3};
    return session;
  }
};

TEST_F(SessionStore, IsReadBackByItsCookieAlone) {
  const auto cookie = sent_back(loop_.run(sessions_.begin(session(), "", now())));
  const auto live = loop_.run(sessions_.read(cookie, now()));
  ASSERT_TRUE(live.has_value());
  EXPECT_EQ(live->session.person_id, PersonId{2});
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
  for (int i = 0; i < 1000 && left() != -2; ++i) loop_.run(pause(loop_));
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
