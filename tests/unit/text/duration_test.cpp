#include <gtest/gtest.h>

#include "text/date.hpp"

namespace vneid::text {
namespace {

using namespace std::chrono_literals;

TEST(Duration, IsReadAsNginxDoes) {
  EXPECT_EQ(parse_duration("300ms"), 300ms);
  EXPECT_EQ(parse_duration("5"), 5s);
  EXPECT_EQ(parse_duration("1m30s"), 90s);
  EXPECT_EQ(parse_duration("1h"), 1h);
  for (const char* wrong : {"", "x", "5x", "-1s", "99999999999s"}) {
    EXPECT_EQ(parse_duration(wrong), std::nullopt) << wrong;
  }
}

}  // namespace
}  // namespace vneid::text
