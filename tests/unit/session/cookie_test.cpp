#include "session/cookie.hpp"

#include <string>

#include <gtest/gtest.h>

namespace vneid {
namespace {

TEST(FlowCookie, OnlyAWellFormedTokenNamesABrowser) {
  const std::string token(43, 'A');
  EXPECT_EQ(browser_of("__Host-vneid-flow=" + token), token);
  EXPECT_EQ(browser_of("__Host-vneid-flow=short; __Host-vneid-flow=" + token), token);
  EXPECT_EQ(browser_of("__Host-vneid-flow=" + token + "A"), "");
  EXPECT_EQ(browser_of("__Host-vneid-flow=" + std::string(42, 'A') + " "), "");
  EXPECT_EQ(browser_of("__Host-vneid-flow=" + std::string(42, 'A') + "/"), "");
  EXPECT_EQ(browser_of(""), "");
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
