// What is answered without a question, from the sessions that are known here already (D16).

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "flows/front/guard.hpp"
#include "flows/front/identify.hpp"
#include "flows/gate/gate.hpp"
#include "unit/flows/world/citizens.hpp"
#include "unit/flows/world/expect.hpp"
#include "unit/flows/world/world.hpp"

namespace vneid::test {
namespace {

using policy::Requirement;
using State = flows::SessionFacts::State;

class AtOnce : public testing::Test {
 protected:
  void SetUp() override { prove(); }

  /// Somebody listens to what Redis takes back.
  void prove() { world.worker->session_table.proven(world.loop.now()); }
  void pass(Milliseconds time) {
    world.loop.advance(time);
    prove();
  }
  bool gate(Requirement requirement) {
    return world.loop.run(flows::guarded_gate(world.exchange(world.get({})), requirement, {}))
               .next == flows::GateVerdict::Next::pass;
  }
  bool at_once(Requirement requirement) {
    return flows::passes_at_once(world.exchange(world.get({})), requirement, nullptr);
  }
  flows::SharedFacts identify(bool full = false) {
    return world.loop.run(flows::identify(world.exchange(world.get({})), full));
  }
  flows::SharedFacts known(bool full = false) {
    return flows::identify_at_once(world.exchange(world.get({})), full);
  }
  /// No store can be asked any more.
  void leave_alone() { world.redis.away = world.postgres.away = true; }

  World world;
};

TEST_F(AtOnce, NothingIsKnownBeforeTheFirstRequest) {
  world.sign_in();
  EXPECT_FALSE(at_once(Requirement::level2));
  EXPECT_FALSE(known());
  EXPECT_TRUE(gate(Requirement::level2));
  EXPECT_TRUE(at_once(Requirement::level2));
  EXPECT_TRUE(known());
}

/// Whatever the session, the cookies and the day: it lets in exactly whom the gate lets in with a
/// session.
TEST_F(AtOnce, LetsInWhomTheGateLetsIn) {
  const std::vector<Requirement> requirements{Requirement::session, Requirement::linked,
                                              Requirement::level2};
  for (const bool by_vneid : {true, false}) {
    for (const std::string portal_cookie : {"", "sid"}) {
      for (const std::string value : {"own", "of-another", ""}) {
        for (const bool enforced : {false, true}) {
          for (const bool elsewhere : {false, true}) {
            World there;
            there.worker->session_table.proven(there.loop.now());
            there.site->portal_cookie = portal_cookie;
            if (by_vneid) {
              there.sign_in();
            } else {
              there.sign_in_by_password();
            }
            there.cookies["sid"] = "portal-session";
            if (value.empty()) there.cookies.erase("sid");
            if (value == "of-another") there.cookies["sid"] = value;
            if (enforced) there.site->policy.personal.enforce = there.loop.wall_now();
            if (elsewhere) there.site->portal = PortalName{"elsewhere"};
            for (const auto requirement : requirements) {
              const bool may =
                  there.loop
                      .run(flows::guarded_gate(there.exchange(there.get({})), requirement, {}))
                      .next == flows::GateVerdict::Next::pass;
              EXPECT_EQ(flows::passes_at_once(there.exchange(there.get({})), requirement, nullptr),
                        may)
                  << by_vneid << ' ' << portal_cookie << ' ' << value << ' ' << enforced << ' '
                  << elsewhere << ' ' << static_cast<int>(requirement);
            }
          }
        }
      }
    }
  }
}

/// The same header is judged once; another one anew, and a verdict is no other session's.
TEST_F(AtOnce, EachCookieHeaderIsJudgedByItself) {
  world.site->portal_cookie = "sid";
  world.sign_in_by_password();
  const std::string own = "portal-session";  // as the portal answers the login
  world.cookies["sid"] = own;
  const auto shown = [this] {
    const auto facts = known();
    return facts && facts->state == State::found;
  };
  identify();
  EXPECT_TRUE(shown());
  EXPECT_TRUE(shown());
  world.cookies["sid"] = "of-another";
  EXPECT_FALSE(shown());
  EXPECT_FALSE(shown());
  world.cookies["sid"] = own;
  EXPECT_TRUE(shown());
  world.site->portal_cookie = "other_sid";
  EXPECT_FALSE(shown());
}

TEST_F(AtOnce, AsksNobody) {
  world.sign_in();
  EXPECT_TRUE(gate(Requirement::level2));
  leave_alone();
  EXPECT_TRUE(at_once(Requirement::level2));
}

TEST_F(AtOnce, KnowsNothingWhenNobodyListens) {
  world.sign_in();
  EXPECT_TRUE(gate(Requirement::level2));
  world.loop.advance(SessionTable::trusted_for + Milliseconds{1});
  EXPECT_FALSE(at_once(Requirement::level2));
  EXPECT_FALSE(known());
  EXPECT_TRUE(gate(Requirement::level2));
}

TEST_F(AtOnce, ASignOutIsFeltBeforeItsAnswer) {
  world.sign_in();
  EXPECT_TRUE(gate(Requirement::level2));
  const std::string cookies = world.get({}).cookie;
  world.loop.run(world.worker->sessions.end(cookies));
  EXPECT_FALSE(at_once(Requirement::level2));
  EXPECT_FALSE(known());
}

TEST_F(AtOnce, ASessionEndsAtItsAbsoluteLimit) {
  world.site->session_limits.idle = world.site->session_limits.absolute = std::chrono::minutes{30};
  world.sign_in();
  EXPECT_TRUE(gate(Requirement::level2));
  for (int i = 0; i < 31; ++i) {
    pass(std::chrono::minutes{1});
    EXPECT_EQ(at_once(Requirement::level2), i < 29) << i;
  }
}

/// Used once a minute, a session with an idle limit of two minutes lives on, and unused it ends.
TEST_F(AtOnce, UseProlongsTheSession) {
  world.site->session_limits.idle = std::chrono::minutes{2};
  world.sign_in();
  for (int i = 0; i < 10; ++i) {
    pass(std::chrono::minutes{1});
    EXPECT_TRUE(at_once(Requirement::level2) || gate(Requirement::level2)) << i;
    world.loop.poll();
  }
  pass(std::chrono::minutes{2});
  EXPECT_FALSE(at_once(Requirement::level2) || gate(Requirement::level2));
}

TEST_F(AtOnce, TellsWhatWasRead) {
  world.sign_in();
  const auto read = identify();
  ASSERT_EQ(read->state, State::found);
  leave_alone();
  const auto facts = known();
  ASSERT_TRUE(facts);
  EXPECT_EQ(facts->state, State::found);
  EXPECT_EQ(facts->account, read->account);
  EXPECT_EQ(facts->subject, read->subject);
  EXPECT_FALSE(facts->subject.empty());
  EXPECT_EQ(facts->citizen_id, "");
}

TEST_F(AtOnce, TellsNameAndNumberWhereTheyWereAskedForOnly) {
  world.sign_in();
  identify();
  EXPECT_FALSE(known(true)) << "nobody has read them yet";
  EXPECT_EQ(identify(true)->citizen_id, World::number);
  leave_alone();
  EXPECT_EQ(known(true)->citizen_id, World::number);
  EXPECT_EQ(known(false)->citizen_id, "");
  EXPECT_EQ(known(false)->name, "");
}

/// Made once for a while, and for this site and what it tells alone.
TEST_F(AtOnce, AnAssertionIsSignedOnceForWhatItTells) {
  world.sign_in();
  const auto sign = [this](bool full) {
    return flows::assertion_of(*world.worker, identify(full), *world.site);
  };
  const auto brief = sign(false);
  ASSERT_TRUE(brief);
  EXPECT_EQ(sign(false), brief);
  EXPECT_NE(*sign(true), *brief) << "with name and number";
  const auto again = sign(false);
  const std::string origin = std::exchange(world.site->origin, "https://other.example");
  EXPECT_NE(*sign(false), *again) << "by another name of the portal";
  world.site->origin = origin;
  const auto young = sign(false);
  pass(std::chrono::seconds{15});
  EXPECT_NE(sign(false), young) << "no longer young";
}

/// One that another person's session has left behind is never told.
TEST_F(AtOnce, ANewSessionIsReadAnew) {
  world.sign_in();
  identify(true);
  world.cookies.clear();
  EXPECT_FALSE(known());
  world.sign_in_by_password();
  EXPECT_FALSE(known());
  EXPECT_EQ(identify(true)->citizen_id, "");
  EXPECT_EQ(known(true)->citizen_id, "");
  EXPECT_EQ(known(true)->subject, "");
}

TEST_F(AtOnce, ASessionOfAnotherPortalIsNobody) {
  world.sign_in();
  identify();
  world.site->portal = PortalName{"elsewhere"};
  EXPECT_EQ(known()->state, State::absent);
}

/// The portal answers that its session has ended, whatever Redis does: whoever has the cookie is
/// out here at once, and everywhere when Redis is back.
TEST_F(AtOnce, WhoSignsOutWhileRedisIsAwayIsOut) {
  world.site->session_grace = std::chrono::seconds{30};
  world.sign_in();
  const auto before = world.cookies;
  EXPECT_TRUE(gate(Requirement::level2));
  world.redis.away = true;
  EXPECT_TRUE(gate(Requirement::level2)) << "known, and remembered for the grace";
  const auto verdict = world.loop.run(
      flows::guarded_sign_out(world.exchange(world.get({})), flows::PortalSignOut{}));
  EXPECT_FALSE(verdict.added_headers.empty()) << "the browser loses its cookies";
  EXPECT_TRUE(world.log.lines.contains("our session ends when Redis is back"));
  world.cookies = before;  // a thief's
  EXPECT_FALSE(at_once(Requirement::level2));
  EXPECT_FALSE(gate(Requirement::level2));
  pass(std::chrono::seconds{1});
  EXPECT_FALSE(gate(Requirement::level2));
  world.redis.away = false;
  pass(std::chrono::seconds{1});
  EXPECT_FALSE(gate(Requirement::level2));
}

flows::SharedFacts named(const std::string& name) {
  flows::SessionFacts facts;
  facts.name = name;
  return std::make_shared<const flows::SessionFacts>(std::move(facts));
}

TEST(FactsCache, KeepsNothingOfWhoHasGone) {
  EpollLoop loop{VirtualClock{}};
  flows::FactsCache cache{loop};
  cache.of(1).with_details = named("An");
  cache.of(2).with_details = named("Bình");
  for (int i = 0; i < 3; ++i) {
    loop.advance(flows::FactsCache::age);
    EXPECT_EQ(cache.of(2).with_details->name, "Bình");
  }
  EXPECT_EQ(cache.size(), 1U);
  EXPECT_FALSE(cache.of(1).with_details);
}

TEST(FactsCache, IsBoundedAndKeepsWhatIsUsed) {
  EpollLoop loop{VirtualClock{}};
  flows::FactsCache cache{loop};
  cache.of(1).facts = named("An");
  const auto other = named("x");
  for (std::uint64_t i = 2; i < 50'000; ++i) {
    cache.of(i).facts = other;
    EXPECT_EQ(cache.of(1).facts->name, "An");
  }
  EXPECT_LE(cache.size(), 2 * flows::FactsCache::most);
  EXPECT_FALSE(cache.of(2).facts);
  cache.of(0).facts = other;
  EXPECT_FALSE(cache.of(0).facts);
}

}  // namespace
}  // namespace vneid::test
