#include "flows/gate/request_intent.hpp"

#include <string>

#include <gtest/gtest.h>

namespace vneid {
namespace {

using Method = Request::Method;

Request request(Method method, std::string mode, std::string accept = "text/html,*/*;q=0.8") {
  Request made;
  made.method = method;
  made.sec_fetch_mode = std::move(mode);
  made.accept = std::move(accept);
  return made;
}

TEST(Asked, NavigationsAreKnownBySecFetchModeOrElseByAccept) {
  EXPECT_EQ(asked(request(Method::get, "navigate", "*/*")), Asked::page);
  EXPECT_EQ(asked(request(Method::head, "navigate")), Asked::page);
  EXPECT_EQ(asked(request(Method::post, "navigate")), Asked::form);
  EXPECT_EQ(asked(request(Method::get, "")), Asked::page);
  EXPECT_EQ(asked(request(Method::post, "")), Asked::form);
  for (const char* mode : {"cors", "no-cors", "same-origin", "websocket", "NAVIGATE"}) {
    EXPECT_EQ(asked(request(Method::get, mode)), Asked::other) << mode;
    EXPECT_EQ(asked(request(Method::post, mode)), Asked::other) << mode;
  }
  for (const char* accept : {"", "*/*", "application/json", "image/avif,image/webp,*/*"}) {
    EXPECT_EQ(asked(request(Method::get, "", accept)), Asked::other) << accept;
  }
  EXPECT_EQ(asked(request(Method::other, "navigate")), Asked::other);
  Request script = request(Method::get, "");
  script.requested_with = "XMLHttpRequest";
  EXPECT_EQ(asked(script), Asked::other);
  Request guess = request(Method::get, "navigate");
  guess.purpose = "prefetch;prerender";
  EXPECT_EQ(asked(guess), Asked::guessed);
}

TEST(ReturnTarget, IsAPathOfThisServer) {
  for (const char* good : {"/", "/ho-so", "/ho-so?a=//b&c=http://x", "/a//b", "/h%E1%BB%93"}) {
    EXPECT_TRUE(is_return_target(good)) << good;
  }
  for (const char* bad :
       {"", "ho-so", "//evil", "///", "/\\evil", "/a\\b", "https://evil/", "javascript:alert(1)",
        "/a\r\nSet-Cookie: x", "/a\tb", "\\/evil", " /a", "/a\x7f"}) {
    EXPECT_FALSE(is_return_target(bad)) << bad;
  }
  EXPECT_TRUE(is_return_target("/" + std::string(2047, 'a')));
  EXPECT_FALSE(is_return_target("/" + std::string(2048, 'a')));
}

TEST(LoginUrl, CarriesATargetOnlyWhenItIsOne) {
  EXPECT_EQ(login_url("/vneid/", "/a?b=c&d"), "/vneid/login?return=%2Fa%3Fb%3Dc%26d");
  EXPECT_EQ(login_url("/vneid/", "//evil"), "/vneid/login");
  EXPECT_EQ(login_url("/vneid/", ""), "/vneid/login");
}

TEST(ResendableFields, ComeBackInOrderWithTheirLineEnds) {
  const auto fields = resendable_fields("ten=Nguy%E1%BB%85n+An&dong=a%0D%0Ab&trong=&ten=2&&cuoi");
  ASSERT_TRUE(fields);
  const oidc::Parameters expected{
      {"ten", "Nguyễn An"}, {"dong", "a\r\nb"}, {"trong", ""}, {"ten", "2"}, {"cuoi", ""}};
  EXPECT_EQ(*fields, expected);
}

TEST(ResendableFields, RefusesWhatHtmlWouldNotGiveBack) {
  for (const char* body : {"a=%", "a=%4", "a=%zz", "a=%ff", "a=%00", "a=%01", "a=%E2%80%AE"}) {
    EXPECT_FALSE(resendable_fields(body)) << body;
  }
  std::string many;
  for (int i = 0; i < 501; ++i) many += "a=1&";
  EXPECT_FALSE(resendable_fields(many));
}

}  // namespace
}  // namespace vneid
