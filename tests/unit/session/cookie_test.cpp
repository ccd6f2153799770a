#include "session/cookie.hpp"

#include <string>

#include <gtest/gtest.h>

namespace vneid {
namespace {

using Values = std::vector<std::string_view>;

TEST(Cookie, FindsTheNameAmongOthers) {
  EXPECT_EQ(cookie_values("a=1; name=x; b=2", "name"), Values{"x"});
  EXPECT_EQ(cookie_values("name=x", "name"), Values{"x"});
  EXPECT_EQ(cookie_values("a=1;name=x", "name"), Values{"x"});
  EXPECT_EQ(cookie_values("xname=1; nam=2; NAME=3", "name"), Values{});
}

TEST(Cookie, GivesEveryValueOfANameThatCameTwice) {
  EXPECT_EQ(cookie_values("name=x; a=1; name=y", "name"), (Values{"x", "y"}));
}

TEST(Cookie, KeepsEqualsSignsOfTheValue) {
  EXPECT_EQ(cookie_values("name=a=b==", "name"), Values{"a=b=="});
}

TEST(Cookie, PassesOverWhatIsNoCookie) {
  for (const char* header : {"", ";", ";;;", "=", "name", "; =x; ", "   ", "na me=1", "=name=x"}) {
    EXPECT_EQ(cookie_values(header, "name"), Values{}) << header;
  }
  EXPECT_EQ(cookie_values("name=", "name"), Values{""});
}

TEST(Cookie, LooksAtABoundedNumberOfValues) {
  std::string header;
  for (int i = 0; i < 10'000; ++i) header += "name=x;";
  EXPECT_EQ(cookie_values(header, "name").size(), 8U);
}

TEST(Cookie, IsSetAndTakenAwayWithTheSameAttributes) {
  const std::string attributes = "; Path=/; Secure; HttpOnly; SameSite=Lax";
  EXPECT_EQ(set_cookie("__Host-x", "v"), "__Host-x=v" + attributes);
  EXPECT_EQ(set_cookie("__Host-x", "v", std::chrono::seconds{60}),
            "__Host-x=v" + attributes + "; Max-Age=60");
  EXPECT_TRUE(expire_cookie("__Host-x").starts_with("__Host-x=" + attributes + "; Max-Age=0"));
}

}  // namespace
}  // namespace vneid
