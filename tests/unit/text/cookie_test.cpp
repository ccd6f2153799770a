#include "text/cookie.hpp"

#include <chrono>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace vneid::text {
namespace {

using Values = std::vector<std::string_view>;

TEST(CookieHeader, FindsTheNameAmongOthers) {
  EXPECT_EQ(cookie_values("a=1; name=x; b=2", "name"), Values{"x"});
  EXPECT_EQ(cookie_values("name=x", "name"), Values{"x"});
  EXPECT_EQ(cookie_values("a=1;name=x", "name"), Values{"x"});
  EXPECT_EQ(cookie_values("xname=1; nam=2; NAME=3", "name"), Values{});
}

TEST(CookieHeader, GivesEveryValueOfANameThatCameTwice) {
  EXPECT_EQ(cookie_values("name=x; a=1; name=y", "name"), (Values{"x", "y"}));
}

TEST(CookieHeader, KeepsEqualsSignsOfTheValue) {
  EXPECT_EQ(cookie_values("name=a=b==", "name"), Values{"a=b=="});
}

TEST(CookieHeader, PassesOverWhatIsNoCookie) {
  for (const char* header : {"", ";", ";;;", "=", "name", "; =x; ", "   ", "na me=1", "=name=x"}) {
    EXPECT_EQ(cookie_values(header, "name"), Values{}) << header;
  }
  EXPECT_EQ(cookie_values("name=", "name"), Values{""});
}

TEST(CookieHeader, LooksAtABoundedNumberOfValues) {
  std::string header;
  for (int i = 0; i < 10'000; ++i) header += "name=x;";
  EXPECT_EQ(cookie_values(header, "name").size(), 8U);
}

constexpr Wall now{std::chrono::sys_days{std::chrono::year{2026} / 11 / 28}};

bool removes(std::string_view header) { return parse_set_cookie(header, now).value().removes; }

// Field report P3, and RFC 6265 §5.2 and §5.3.
TEST(SetCookieHeader, TellsWhenItTakesTheCookieAway) {
  for (const char* header :
       {"SID=deleted; expires=Thu, 01-Jan-1970 00:00:01 GMT", "SID=", "SID=; Path=/",
        "SID=x; Max-Age=0", "SID=x; max-age=-1", "SID=x; MAX-AGE = 00",
        "SID=x; Expires=Sat, 28 Nov 2026 00:00:00 GMT",
        "SID=x; Expires=Fri, 27 Nov 2026 23:59:59 GMT",
        "SID=x; Max-Age=0; Expires=Fri, 01 Jan 2100 00:00:00 GMT",
        "SID=x; Expires=Fri, 01 Jan 2100 00:00:00 GMT; Max-Age=-5", "SID=x; Max-Age=60; Max-Age=0",
        "SID=x; expires=Thursday, 01-Jan-70 00:00:00 GMT"}) {
    EXPECT_TRUE(removes(header)) << header;
  }
}

TEST(SetCookieHeader, TellsWhenItSetsTheCookie) {
  for (const char* header :
       {"SID=x", "SID=x; Path=/; HttpOnly", "SID=x; Max-Age=60",
        "SID=x; Expires=Sat, 28 Nov 2026 00:00:01 GMT",
        "SID=x; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
        "SID=x; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=60", "SID=x; Max-Age=soon",
        "SID=x; Max-Age=", "SID=x; Max-Age=+0", "SID=x; Expires=never",
        "SID=x; Expires=", "SID=x; Expires=Fri, 01-Jan-2100 00:00:00 GMT",
        "SID=x; Expires=Wed, 01-Jan-2070 00:00:00 GMT", "SID=x; Max-Age=0; Max-Age=60",
        "SID=x; a=Max-Age=0", "SID=x; Max-Age=99999999999999999999999"}) {
    EXPECT_FALSE(removes(header)) << header;
  }
}

TEST(SetCookieHeader, TellsHowLongTheCookieLives) {
  const auto lives = [](std::string_view header) {
    return parse_set_cookie(header, now).value().lives;
  };
  using std::chrono::seconds;
  EXPECT_EQ(lives("SID=x"), std::nullopt);
  EXPECT_EQ(lives("SID=x; Max-Age=60"), seconds{60});
  EXPECT_EQ(lives("SID=x; Max-Age=60; Expires=Fri, 01 Jan 2100 00:00:00 GMT"), seconds{60});
  EXPECT_EQ(lives("SID=x; Expires=Sun, 29 Nov 2026 00:00:00 GMT"), seconds{86'400});
  EXPECT_EQ(lives("SID=x; Max-Age=-1"), seconds{0});
  EXPECT_GT(lives("SID=x; Max-Age=99999999999999999999999"), seconds{1'000'000'000});
}

TEST(SetCookieHeader, GivesNameValueAndPath) {
  const auto cookie = parse_set_cookie(" SID = a=b ; path=/x ; Path=y; PATH=/z;Secure", now);
  ASSERT_TRUE(cookie);
  EXPECT_EQ(cookie->name, "SID");
  EXPECT_EQ(cookie->value, "a=b");
  EXPECT_EQ(cookie->path, "/z");
  EXPECT_EQ(parse_set_cookie("a=b; Path=/x; Path=y", now)->path, "");
  EXPECT_EQ(parse_set_cookie("a=b; Path=", now)->path, "");
}

TEST(SetCookieHeader, IsNothingWhereBrowsersIgnoreIt) {
  for (const char* header : {"", "SID", "; Path=/", "=x", " = ; Max-Age=0", "Path=/"}) {
    EXPECT_EQ(parse_set_cookie(header, now).has_value(), std::string_view{header} == "Path=/")
        << header;
  }
}

}  // namespace
}  // namespace vneid::text
