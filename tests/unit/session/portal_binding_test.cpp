#include "session/portal_binding.hpp"

#include <string>

#include <gtest/gtest.h>

#include "session/seen_sessions.hpp"

namespace vneid {
namespace {

using std::chrono::seconds;

constexpr Wall now{std::chrono::sys_days{std::chrono::year{2026} / 11 / 28}};

class PortalBinding : public testing::Test {
 protected:
  const crypto::KeyRing keys =
      *crypto::KeyRing::parse(crypto::KeyRing::generate_text(std::chrono::year{2026} / 11 / 23));
  const PortalName portal{"portal"};
  const PortalName elsewhere{"elsewhere"};
  const PortalCookie cookie{portal, "sid"};
  const std::string token = std::string(43, 'T');

  [[nodiscard]] LiveSession bound_to(const std::string& value) const {
    LiveSession live;
    live.token = SessionToken{token};
    live.session.portal_cookie_key = portal_cookie_key(keys, cookie, "sid=" + value, {}, now);
    return live;
  }
  [[nodiscard]] std::string with_session(const std::string& cookies) const {
    return "__Host-vneid-session=" + token + "; " + cookies;
  }
  /// The Cookie header of the browser after the answer's cookie of ours.
  [[nodiscard]] std::string after(const std::string& cookies, const std::string& set) const {
    const auto own = follow_portal_cookie(keys, cookie, with_session(cookies),
                                          {{"Set-Cookie", "sid=" + set + "; Path=/"}}, now);
    return own ? own->substr(0, own->find(';')) : "";
  }
};

TEST_F(PortalBinding, AnswerCountsBeforeTheBrowsersOwnCookie) {
  const auto of_answer = portal_cookie_key(
      keys, cookie, "sid=old", {{"set-cookie", "sid=x"}, {"Set-Cookie", "sid=new; Path=/"}}, now);
  EXPECT_EQ(of_answer, portal_cookie_key(keys, cookie, "sid=new", {}, now));
  EXPECT_NE(of_answer, portal_cookie_key(keys, cookie, "sid=old", {}, now));
  EXPECT_EQ(portal_cookie_key(keys, cookie, "sid=old", {{"Set-Cookie", "sid=x; max-age=0"}}, now),
            "");
  EXPECT_EQ(portal_cookie_key(keys, cookie, "other=1", {}, now), "");
  EXPECT_EQ(portal_cookie_key(keys, PortalCookie{portal, ""}, "sid=old", {}, now), "");
}

TEST_F(PortalBinding, HoldsForTheSameValueOnly) {
  const auto live = bound_to("a");
  EXPECT_TRUE(belongs(keys, cookie, "x=1; sid=a", live));
  EXPECT_TRUE(belongs(keys, cookie, "sid=a; sid=a", live));
  for (const char* other : {"sid=b", "", "sid=", "sid=a; sid=b", "sid=b; sid=a", "sid=a; SID=b"}) {
    EXPECT_FALSE(belongs(keys, cookie, other, live)) << other;
  }
  EXPECT_FALSE(belongs(keys, PortalCookie{elsewhere, "sid"}, "sid=a", live));
  EXPECT_TRUE(belongs(keys, PortalCookie{portal, ""}, "sid=b", live));
}

TEST_F(PortalBinding, FollowsWhatThePortalSets) {
  const auto live = bound_to("a");
  const std::string first = after("sid=a", "b");
  ASSERT_FALSE(first.empty());
  EXPECT_TRUE(belongs(keys, cookie, first + "; sid=b", live));
  EXPECT_FALSE(belongs(keys, cookie, first + "; sid=c", live));
  // A chain of changes still begins where the session began.
  const std::string second = after(first + "; sid=b", "c");
  EXPECT_TRUE(belongs(keys, cookie, second + "; sid=c", live));
  // Of another session, or of a portal session that was never this one's.
  LiveSession other = live;
  other.token = SessionToken{std::string(43, 'U')};
  EXPECT_FALSE(belongs(keys, cookie, first + "; sid=b", other));
  EXPECT_FALSE(belongs(keys, cookie, after("sid=x", "y") + "; sid=y", live));
}

TEST_F(PortalBinding, FollowsNothingWithoutASessionOrAChange) {
  EXPECT_EQ(after("sid=a", "a"), "");
  EXPECT_EQ(after("sid=a", ""), "");
  EXPECT_EQ(after("sid=a; sid=b", "c"), "");
  EXPECT_FALSE(follow_portal_cookie(keys, cookie, "sid=a", {{"Set-Cookie", "sid=b"}}, now));
  EXPECT_FALSE(follow_portal_cookie(keys, cookie, with_session("sid=a"),
                                    {{"Set-Cookie", "sid=b; Max-Age=0"}}, now));
  EXPECT_FALSE(
      follow_portal_cookie(keys, cookie, with_session("sid=a"), {{"Set-Cookie", "x=b"}}, now));
}

TEST(SeenSessions, CountForTheGraceAndUntilForgotten) {
  SeenSessions seen;
  const Monotonic start{};
  Session session;
  session.account_id = AccountId{7};
  seen.saw("a", session, start);
  EXPECT_TRUE(seen.recall("a", start + seconds{30}, seconds{30}));
  EXPECT_FALSE(seen.recall("a", start + seconds{31}, seconds{30}));
  EXPECT_FALSE(seen.recall("b", start, seconds{30}));
  seen.forget("a");
  EXPECT_FALSE(seen.recall("a", start, seconds{30}));
  seen.saw("a", session, start);
  seen.forget_if([](const Session& each) { return each.account_id == AccountId{7}; });
  EXPECT_EQ(seen.size(), 0U);
}

TEST(SeenSessions, AreBoundedAndLoseTheOldest) {
  SeenSessions seen;
  const Monotonic start{};
  for (std::size_t i = 0; i <= SeenSessions::most; ++i) seen.saw(std::to_string(i), {}, start);
  EXPECT_EQ(seen.size(), SeenSessions::most);
  EXPECT_FALSE(seen.recall("0", start, seconds{30}));
  EXPECT_TRUE(seen.recall("1", start, seconds{30}));
}

}  // namespace
}  // namespace vneid
