#include "session/anonymous_quota.hpp"

#include <gtest/gtest.h>

namespace vneid {
namespace {

TEST(AnonymousQuota, CountsBySubscriber) {
  const struct {
    const char* address;
    const char* subscriber;
  } table[] = {
      {"192.0.2.7", "192.0.2.7"},
      {"2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"},
      {"2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::"},
      {"2001:db8:1:3::1", "2001:db8:1:3::"},
      {"2001:DB8::1", "2001:db8::"},
      {"::ffff:192.0.2.7", "192.0.2.7"},
      {"", ""},
      {"unix:", "unix:"},
  };
  for (const auto& row : table) EXPECT_EQ(subscriber_of(row.address), row.subscriber);
}

}  // namespace
}  // namespace vneid
