#include "flows/reply/absolute_answer.hpp"

#include <string>

#include <gtest/gtest.h>

#include "text/date.hpp"

namespace vneid {
namespace {

std::string rebased(const std::string& name, const std::string& value, const std::string& path) {
  WithheldAnswer answer;
  answer.headers = {{name, value}};
  flows::make_absolute(answer, path);
  return answer.headers.front().second;
}

TEST(Rebase, LocationMeansTheSameFromElsewhere) {
  const std::string login = "/cong/tai-khoan/dang-nhap";
  struct Row {
    const char* given;
    const char* expected;
  };
  for (const auto& [given, expected] : {
           Row{"trang-chu", "/cong/tai-khoan/trang-chu"},
           Row{"./a", "/cong/tai-khoan/./a"},
           Row{"../a", "/cong/tai-khoan/../a"},
           Row{"?ok=1", "/cong/tai-khoan/dang-nhap?ok=1"},
           Row{"", "/cong/tai-khoan/dang-nhap"},
           Row{"/trang-chu", "/trang-chu"},
           Row{"//other.example/", "//other.example/"},
           Row{"https://other.example/x", "https://other.example/x"},
           Row{"a/b:c", "/cong/tai-khoan/a/b:c"},
       }) {
    EXPECT_EQ(rebased("Location", given, login), expected) << given;
  }
  EXPECT_EQ(rebased("location", "x", "/dang-nhap"), "/x");
}

TEST(Rebase, CookiesKeepThePathTheyWouldHaveHad) {
  const std::string login = "/cong/tai-khoan/dang-nhap";
  EXPECT_EQ(rebased("Set-Cookie", "a=1", login), "a=1; Path=/cong/tai-khoan");
  EXPECT_EQ(rebased("Set-Cookie", "a=1; HttpOnly", "/dang-nhap"), "a=1; HttpOnly; Path=/");
  EXPECT_EQ(rebased("set-cookie", "a=1; path=/x; Secure", login), "a=1; path=/x; Secure");
  EXPECT_EQ(rebased("Set-Cookie", "a=1; Path=", login), "a=1; Path=; Path=/cong/tai-khoan");
  EXPECT_EQ(rebased("Set-Cookie", "a=1; Path=/x; Path=y", login),
            "a=1; Path=/x; Path=y; Path=/cong/tai-khoan");
  EXPECT_EQ(rebased("Set-Cookie", "path=/; HttpOnly", login),
            "path=/; HttpOnly; Path=/cong/tai-khoan");
  EXPECT_EQ(rebased("X-Other", "a", login), "a");
}

TEST(Rebase, TellsWhetherACookieIsSet) {
  WithheldAnswer answer;
  answer.headers = {{"Location", "/"}};
  EXPECT_FALSE(flows::sets_cookie(answer));
  answer.headers.emplace_back("set-cookie", "a=1");
  EXPECT_TRUE(flows::sets_cookie(answer));
}

TEST(Calendar, ShowsInstantsAsVietnamReadsThem) {
  using namespace std::chrono;
  const sys_days day = year{2024} / June / 30;
  EXPECT_EQ(text::date_for_people(Wall{day} + hours{16} + minutes{59}), "30/06/2024");
  EXPECT_EQ(text::date_for_people(Wall{day} + hours{17}), "01/07/2024");
  EXPECT_EQ(text::date_for_people("1950"), "1950");
  EXPECT_EQ(text::date_for_people("1950-03"), "03/1950");
  EXPECT_EQ(text::date_for_people("1950-03-07"), "07/03/1950");
  EXPECT_EQ(text::date_for_people(""), "");
}

TEST(Calendar, WritesDaysAndInstantsAsTheyAreStoredAndTold) {
  using namespace std::chrono;
  const Wall evening = Wall{sys_days{year{2026} / November / 3}} + hours{18} + seconds{7};
  EXPECT_EQ(text::stored_day(evening), "2026-11-04") << "it is tomorrow in Vietnam";
  EXPECT_EQ(text::rfc3339(evening), "2026-11-03T18:00:07Z");
}

}  // namespace
}  // namespace vneid
