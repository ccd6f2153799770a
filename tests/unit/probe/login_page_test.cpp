#include "probe/login_page.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace vneid::probe {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using Kind = LoginPage::Kind;

TEST(LoginPage, FindsTheFormWithThePassword) {
  const LoginPage page = read_login_page(
      "<html><form action=/tim><input name=q></form>"
      "<form action='/vao?x=1' method=POST><input type=hidden name=token value='a&amp;b'>"
      "<input name=ten><input type=PASSWORD name=mat><input type=checkbox name=nho>"
      "<input type=checkbox name=luon checked><select name=mien><option value=1>"
      "<option value=2 selected></select><button name=nut value=vao><button name=huy></form>");
  ASSERT_EQ(page.kind, Kind::password_form);
  EXPECT_EQ(page.form.action, "/vao?x=1");
  EXPECT_TRUE(page.form.is_post);
  EXPECT_EQ(page.form.name_field, "ten");
  EXPECT_EQ(page.form.password_field, "mat");
  EXPECT_THAT(page.form.hidden, ElementsAre("token"));
  EXPECT_THAT(page.form.others, ElementsAre(Pair("token", "a&b"), Pair("luon", "on"),
                                            Pair("mien", "2"), Pair("nut", "vao")));
  EXPECT_THAT(page.form.to_be_filled, IsEmpty());
}

TEST(LoginPage, PrefersALoginToARegistration) {
  const LoginPage page = read_login_page(
      "<form action=/new><input name=n><input type=password name=a><input type=password name=b>"
      "</form><form action=/in><input name=n><input type=password name=p></form>");
  EXPECT_EQ(page.form.action, "/in");
}

TEST(LoginPage, TellsWhatElsePeopleFillIn) {
  const LoginPage page = read_login_page(
      "<form><input name=don_vi><input name=ten><input type=password name=p>"
      "<input name=captcha></form>");
  EXPECT_EQ(page.form.name_field, "ten");
  EXPECT_THAT(page.form.to_be_filled, ElementsAre("don_vi", "captcha"));
}

TEST(LoginPage, TellsPagesWithoutAPassword) {
  EXPECT_EQ(read_login_page("<form method=post><input type=email name=m></form>").kind,
            Kind::name_form);
  for (const char* html :
       {"", "x", "{}", "<form><input name=q></form>", "<form method=post></form>",
        "<form method=post><input name=a><input name=b></form>", "\xff\xfe<"}) {
    EXPECT_EQ(read_login_page(html).kind, Kind::no_form) << html;
  }
  const LoginPage script = read_login_page("<div><input type=password name=p></div>");
  EXPECT_EQ(script.kind, Kind::no_form);
  EXPECT_TRUE(script.loose_password);
}

TEST(LoginPage, SurvivesWhatIsNoPage) {
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "<div>";
  EXPECT_EQ(read_login_page(deep).kind, Kind::no_form);
  EXPECT_EQ(read_login_page(std::string(1000, '\0')).kind, Kind::no_form);
  EXPECT_EQ(read_login_page(std::string(100'000, '<')).kind, Kind::no_form);
}

}  // namespace
}  // namespace vneid::probe
