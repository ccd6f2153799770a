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
      {"SID=old; lang=vi", {"SID=new; Path=/"}, "lang=vi; SID=new"},
      {"SID=old; SID=older", {"SID=new"}, "SID=new"},
      {"SID=old", {"SID=; Max-Age=0"}, ""},
      {"SID=old; a=1", {"SID=deleted; Expires=Thu, 01 Jan 1970 00:00:01 GMT"}, "a=1"},
      // A new session, and the one before taken away, in either order.
      {"SID=old", {"SID=; Max-Age=0; Path=/app", "SID=new; Path=/"}, "SID=new"},
      {"SID=old", {"SID=new; Path=/", "SID=; Max-Age=0; Path=/app"}, "SID=new"},
      {"", {"SID=one", "SID=two"}, "SID=two"},
      {"sid=other", {"SID=x"}, "sid=other; SID=x"},
      {"a=b=c", {"nonsense", "=x"}, "a=b=c"},
  };
  for (const auto& row : table) {
    EXPECT_EQ(cookies_after(row.before, row.set, now), row.after) << row.before;
  }
}

}  // namespace
}  // namespace vneid::text
