#include "probe/account_place.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace vneid::probe {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Kind = Place::Kind;

Me me(std::string body, bool page = false, int status = 200) {
  return {.status = status, .is_page = page, .body = std::move(body)};
}
Place json(const char* pointer) { return {.kind = Kind::json, .text = pointer}; }

TEST(AccountPlace, IsFoundWhereTheAccountStands) {
  EXPECT_THAT(places_of(me(R"({"a":{"b/c~":"an"},"user":"AN"})"), "an"),
              ElementsAre(json("/user"), json("/a/b~1c~0")));
  EXPECT_THAT(places_of(me("an\r\n"), "an"), ElementsAre(Place{.kind = Kind::line, .text = {}}));
  Me headed = me("");
  headed.headers = {{"set-cookie", "an"}, {"x-user", "an"}};
  EXPECT_THAT(places_of(headed, "an"), ElementsAre(Place{.kind = Kind::header, .text = "x-user"}));
  EXPECT_THAT(places_of(me("<b>Xin chào An!</b>", true), "an"), ElementsAre(Place{}));
}

TEST(AccountPlace, IsNowhereElse) {
  for (const Me& none : {me(R"({"user":null})"), me(R"({"user":"binh"})"), me("bank, lang, ăn"),
                         me("an", false, 401), me("an", false, 302), me("")}) {
    EXPECT_THAT(places_of(none, "an"), IsEmpty()) << none.body;
  }
  // A page where JSON or a line is expected is a login page (directives.md, vneid_login).
  EXPECT_THAT(places_of(me("an", true), "an"), ElementsAre(Place{}));
}

TEST(AccountPlace, MayNameAnybody) {
  EXPECT_TRUE(names_somebody(me(R"({"user":"guest"})"), json("/user"), "an"));
  EXPECT_FALSE(names_somebody(me(R"({"user":null})"), json("/user"), "an"));
  EXPECT_FALSE(names_somebody(me(R"({"user":"guest"})", true), json("/user"), "an"));
  const Place line{.kind = Kind::line, .text = {}};
  EXPECT_TRUE(names_somebody(me("anonymous\n"), line, "an"));
  EXPECT_FALSE(names_somebody(me("\n"), line, "an"));
  EXPECT_FALSE(names_somebody(me("anonymous", true), line, "an"));
  EXPECT_FALSE(names_somebody(me("anonymous", false, 403), line, "an"));
}

TEST(AccountPlace, IsUnclearByStatus) {
  for (const int status : {200, 204, 302, 401, 403})
    EXPECT_FALSE(is_unclear(me("", false, status)));
  for (const int status : {201, 404, 429, 500, 503}) EXPECT_TRUE(is_unclear(me("", false, status)));
  EXPECT_TRUE(is_unclear({.failure = "timed out", .status = 200}));
}

}  // namespace
}  // namespace vneid::probe
