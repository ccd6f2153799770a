#include "session/portal_binding.hpp"

#include <string>

#include <gtest/gtest.h>

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
  /// An answer that sets the cookie, to a request that lets nobody else in.
  [[nodiscard]] static PortalAnswer renewal(const std::string& set) {
    PortalAnswer answer;
    answer.headers = {{"Set-Cookie", set}};
    answer.may_be_login = false;
    return answer;
  }
  /// Our cookie beside the answer, as the browser sends it back; empty: there is none.
  [[nodiscard]] std::string after(const std::string& cookies, const PortalAnswer& answer) const {
    const auto own = follow_portal_cookie(keys, cookie, with_session(cookies), answer, now);
    return own ? own->substr(0, own->find(';')) : "";
  }
  [[nodiscard]] std::string after(const std::string& cookies, const std::string& set) const {
    return after(cookies, renewal("sid=" + set + "; Path=/"));
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

TEST_F(PortalBinding, OfAnOpenedSessionIsWhatTheAnswerSetsAlone) {
  EXPECT_EQ(given_portal_cookie_key(keys, cookie, {{"Set-Cookie", "sid=new"}}, now),
            portal_cookie_key(keys, cookie, "sid=new", {}, now));
  EXPECT_EQ(given_portal_cookie_key(keys, cookie, {{"Set-Cookie", "other=new"}}, now), "");
}

TEST_F(PortalBinding, HoldsForTheSameValueOnly) {
  const auto live = bound_to("a");
  EXPECT_TRUE(belongs(keys, cookie, "x=1; sid=a", live));
  EXPECT_TRUE(belongs(keys, cookie, "sid=a; sid=a", live));
  // What the portal is not sent does not matter.
  EXPECT_TRUE(belongs(keys, cookie, "sid=a; SID=b", live));
  for (const char* other : {"sid=b", "", "sid=", "sid=a; sid=b", "sid=b; sid=a", "SID=a", "s.id=a",
                            "sid=\"a\"", "\xE2\x80\x80sid=a"}) {
    EXPECT_FALSE(belongs(keys, cookie, other, live)) << other;
  }
  EXPECT_FALSE(belongs(keys, PortalCookie{elsewhere, "sid"}, "sid=a", live));
  EXPECT_TRUE(belongs(keys, PortalCookie{portal, ""}, "sid=b", live));
}

// G1: a session that was begun without a portal session is nobody's beside any.
TEST_F(PortalBinding, ToNoCookieIsToNothing) {
  LiveSession live = bound_to("");
  ASSERT_EQ(live.session.portal_cookie_key, "");
  for (const char* cookies : {"", "sid=", "sid=b", "sid=a; sid=b"}) {
    EXPECT_FALSE(belongs(keys, cookie, cookies, live)) << cookies;
  }
  EXPECT_EQ(after("", "b"), "") << "nothing follows it either";
  EXPECT_TRUE(belongs(keys, PortalCookie{portal, ""}, "", live)) << "where no cookie is named";
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

// G1: a password login as somebody else, in whatever location.
TEST_F(PortalBinding, DoesNotFollowWhatMayBeALogin) {
  PortalAnswer answer = renewal("sid=b; Path=/");
  answer.may_be_login = true;
  EXPECT_EQ(after("sid=a", answer), "");
  EXPECT_EQ(after("", answer), "");
  answer.told = true;
  EXPECT_EQ(after("sid=a", answer), "");
}

TEST_F(PortalBinding, FollowsWhomThePortalNamesForThatAccountAlone) {
  LiveSession live = bound_to("a");
  live.session.account = "le.van.a";
  PortalAnswer answer = renewal("sid=b; Path=/");
  answer.may_be_login = true;
  answer.account = "le.van.a";
  const std::string same = after("sid=a", answer);
  EXPECT_TRUE(belongs(keys, cookie, same + "; sid=b", live));
  answer.account = "tran.thi.b";
  const std::string other = after("sid=a", answer);
  EXPECT_FALSE(belongs(keys, cookie, other + "; sid=b", live));
  // Also at the end of a chain.
  EXPECT_FALSE(belongs(keys, cookie, after(other + "; sid=b", "c") + "; sid=c", live));
  answer.account = "";
  answer.may_be_login = false;
  EXPECT_EQ(after("sid=a", answer), "") << "the portal names nobody";
}

TEST_F(PortalBinding, AwaitsTheFirstCookieOfAPortalThatIsTold) {
  LiveSession live = bound_to("");
  live.session.portal_cookie_key = awaited_portal_cookie;
  PortalAnswer answer = renewal("sid=a; Path=/");
  EXPECT_EQ(after("", answer), "") << "the portal was not told who has come";
  answer.told = true;
  const std::string own = after("", answer);
  EXPECT_TRUE(belongs(keys, cookie, own + "; sid=a", live));
  EXPECT_FALSE(belongs(keys, cookie, own + "; sid=b", live));
  EXPECT_FALSE(belongs(keys, cookie, own, live));
  const std::string next = after(own + "; sid=a", "c");
  EXPECT_TRUE(belongs(keys, cookie, next + "; sid=c", live));
  EXPECT_FALSE(belongs(keys, cookie, own + "; sid=a", bound_to("x"))) << "a bound one awaits none";
}

TEST_F(PortalBinding, FollowsNothingWithoutASessionOrAChange) {
  EXPECT_EQ(after("sid=a", "a"), "");
  EXPECT_EQ(after("sid=a", ""), "");
  EXPECT_EQ(after("sid=a; sid=b", "c"), "");
  EXPECT_FALSE(follow_portal_cookie(keys, cookie, "sid=a", renewal("sid=b"), now));
  EXPECT_EQ(after("sid=a", renewal("sid=b; Max-Age=0")), "");
  EXPECT_EQ(after("sid=a", renewal("x=b")), "");
  EXPECT_EQ(after("sid=a", renewal("SID=b")), "");
}

}  // namespace
}  // namespace vneid
