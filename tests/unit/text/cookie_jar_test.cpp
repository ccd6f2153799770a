#include "text/cookie_jar.hpp"

#include <gtest/gtest.h>

namespace vneid::text {
namespace {

constexpr Wall now{std::chrono::sys_days{std::chrono::year{2026} / 11 / 28}};

TEST(CookieJar, IsWhatTheBrowserWouldSendNext) {
  const struct {
    const char* before;
    std::vector<std::string_view> set;
    const char* after;
  } table[] = {
      {"", {}, ""},
      {"a=1; b=2", {}, "a=1; b=2"},
      {"", {"SID=x; Path=/; HttpOnly"}, "SID=x"},
      {"SID=old; lang=vi", {"SID=new; Path=/"}, "SID=new; lang=vi"},
      {"SID=old; SID=older", {"SID=new"}, "SID=new"},
      {"SID=old", {"SID=; Max-Age=0"}, ""},
      {"SID=old; a=1", {"SID=deleted; Expires=Thu, 01 Jan 1970 00:00:01 GMT"}, "a=1"},
      // A new session, and the one before taken away, in either order.
      {"SID=old", {"SID=; Max-Age=0; Path=/app", "SID=new; Path=/"}, "SID=new"},
      {"SID=old", {"SID=new; Path=/", "SID=; Max-Age=0; Path=/app"}, "SID=new"},
      {"", {"SID=one", "SID=two"}, "SID=two"},
      {"a=b=c", {"nonsense", "=x"}, "a=b=c"},
      // Somebody hides what he was given behind what a lenient reader takes for the same cookie.
      {"sid=other", {"SID=x"}, "SID=x"},
      {"portal.session=no; portal[session=no; a=1", {"portal_session=x"}, "portal_session=x; a=1"},
      {"\u00a0SID=no; %53ID=no; \"SID\"=no", {"SID=x"}, "SID=x"},
  };
  for (const auto& row : table) {
    EXPECT_EQ(cookies_after(row.before, row.set, now), row.after) << row.before;
  }
}

}  // namespace
}  // namespace vneid::text
