// The words of vneid_redis, as nginx, vneidctl and its doctor read them.
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "net/redis/words.hpp"

namespace vneid::redis {
namespace {

using namespace std::chrono_literals;

Words read(const std::string& text) {
  std::istringstream stream{text};
  const std::vector<std::string> words{std::istream_iterator<std::string>{stream}, {}};
  return read_words(words);
}

/// All that was read, in one line.
std::string told(const Words& words) {
  const Settings& settings = words.settings;
  std::string text = settings.unix_path.empty()
                         ? settings.address + " " + std::to_string(settings.port)
                         : "unix " + settings.unix_path;
  text += " " + settings.prefix + " " + std::to_string(settings.timeout.count()) + " " +
          std::to_string(settings.database);
  for (const auto& each : settings.sentinels) {
    text += " sentinel " + each.address + ' ' + std::to_string(each.port);
  }
  if (!settings.primary_name.empty()) text += " name " + settings.primary_name;
  if (!settings.sentinel_user.empty()) text += " its user " + settings.sentinel_user;
  if (!words.sentinel_password_file.empty()) text += " its file " + words.sentinel_password_file;
  if (!settings.user.empty()) text += " user " + settings.user;
  if (!words.password_file.empty()) text += " file " + words.password_file;
  return text;
}

TEST(RedisWords, AreReadOnce) {
  struct Row {
    std::string words;
    std::string told;
  };
  const Row rows[] = {
      {"127.0.0.1", "127.0.0.1 6379 vneid: 300 0"},
      {"127.0.0.1:6380", "127.0.0.1 6380 vneid: 300 0"},
      {"redis.example.gov.vn:1", "redis.example.gov.vn 1 vneid: 300 0"},
      {"[::1]", "::1 6379 vneid: 300 0"},
      {"[::1]:65535", "::1 65535 vneid: 300 0"},
      {"::1", "::1 6379 vneid: 300 0"},
      {"unix:/run/redis/r.sock", "unix /run/redis/r.sock vneid: 300 0"},
      {"unix:/a:b timeout=1s500ms", "unix /a:b vneid: 1500 0"},
      {"h prefix= db=65535", "h 6379  300 65535"},
      {"h prefix=a prefix=b=c", "h 6379 b=c 300 0"},
      {"h:2 db=3 timeout=60s user=web password_file=/etc/pw prefix=x:",
       "h 2 x: 60000 3 user web file /etc/pw"},
      {"h password_file=pw", "h 6379 vneid: 300 0 file pw"},
      {"sentinel=s1 sentinel=[::1]:5 name=n db=2",
       " 6379 vneid: 300 2 sentinel s1 26379 sentinel ::1 5 name n"},
      {"name=n sentinel=s:1 sentinel_user=u sentinel_password_file=f password_file=g",
       " 6379 vneid: 300 0 sentinel s 1 name n its user u its file f file g"},
  };
  for (const Row& row : rows) {
    const Words words = read(row.words);
    EXPECT_EQ(told(words), row.told) << row.words;
    EXPECT_EQ(words.fault, "") << row.words;
  }
}

TEST(RedisWords, ThatNginxRefusesSayWhy) {
  struct Row {
    std::string words;
    std::string fault;
  };
  const Row rows[] = {
      {"", R"(no address in "vneid_redis")"},
      {"unix:", R"(no path in the unix domain socket in "unix:" of "vneid_redis")"},
      {":1", R"(no host in ":1" of "vneid_redis")"},
      {"h:0", R"(invalid port in "h:0" of "vneid_redis")"},
      {"h:65536", R"(invalid port in "h:65536" of "vneid_redis")"},
      {"h:", R"(invalid port in "h:" of "vneid_redis")"},
      {"h:6379x", R"(invalid port in "h:6379x" of "vneid_redis")"},
      {"h db=x", R"(invalid number "x" for "db" in "vneid_redis", expected 0 to 65535)"},
      {"h db=65536", R"(invalid number "65536" for "db" in "vneid_redis", expected 0 to 65535)"},
      {"h timeout=0", R"(invalid time "0" for "timeout" in "vneid_redis", expected 1ms to 60s)"},
      {"h timeout=61s",
       R"(invalid time "61s" for "timeout" in "vneid_redis", expected 1ms to 60s)"},
      {"h colour=red", R"(invalid parameter "colour=red" in "vneid_redis")"},
      {"h user", R"(invalid parameter "user" in "vneid_redis")"},
      {"h user=u", R"("user=" of "vneid_redis" needs a "password_file=")"},
      {"h password_file=", R"(empty file name in "vneid_redis")"},
      {"sentinel=s", R"("sentinel=" of "vneid_redis" needs a "name=")"},
      {"sentinel=s name=", R"("sentinel=" of "vneid_redis" needs a "name=")"},
      {"name=n", R"("name=" and "sentinel_password_file=" of "vneid_redis" need a "sentinel=")"},
      {"h name=n", R"("name=" and "sentinel_password_file=" of "vneid_redis" need a "sentinel=")"},
      {"h sentinel=s name=n", R"("vneid_redis" takes an address or "sentinel=", not both)"},
      {"unix:/r sentinel=s name=n", R"("vneid_redis" takes an address or "sentinel=", not both)"},
      {"sentinel= name=n", R"(no host in "" of "vneid_redis")"},
      {"sentinel=s:0 name=n", R"(invalid port in "s:0" of "vneid_redis")"},
      {"sentinel=s name=n sentinel_user=u",
       R"("sentinel_user=" of "vneid_redis" needs a "sentinel_password_file=")"},
      {"h:0 db=x user=u", R"(invalid port in "h:0" of "vneid_redis")"},  // the first
  };
  for (const Row& row : rows) EXPECT_EQ(read(row.words).fault, row.fault) << row.words;
  const std::string long_path = "unix:/" + std::string(107, 's');
  EXPECT_EQ(read(long_path).fault,
            "too long path in the unix domain socket in \"" + long_path + "\" of \"vneid_redis\"");
  EXPECT_EQ(read("unix:/" + std::string(106, 's')).fault, "");
}

TEST(RedisWords, AHostThatIsNamedIsLookedUp) {
  Settings settings = read("localhost").settings;
  ASSERT_TRUE(resolve(settings));
  EXPECT_TRUE(settings.address == "127.0.0.1" || settings.address == "::1") << settings.address;
  settings.address = "no.such.host.invalid";
  EXPECT_EQ(resolve(settings).error(),
            R"(host not found in "no.such.host.invalid" of "vneid_redis")");
  Settings watched = read("sentinel=localhost sentinel=no.such.host.invalid name=n").settings;
  EXPECT_EQ(resolve(watched).error(),
            R"(host not found in "no.such.host.invalid" of "vneid_redis")");
  EXPECT_FALSE(watched.sentinels[0].address.starts_with('l'));
  Settings twice =
      read("sentinel=127.0.0.1 sentinel=10.0.0.1 sentinel=127.0.0.1:26379 name=n").settings;
  EXPECT_EQ(resolve(twice).error(),
            R"(the Sentinel at 127.0.0.1 port 26379 is named twice in "vneid_redis")");
  Settings local = read("unix:/run/r.sock").settings;
  EXPECT_TRUE(resolve(local));
}

}  // namespace
}  // namespace vneid::redis
