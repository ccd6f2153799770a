#include "admin/import/values.hpp"

#include <string>

#include <gtest/gtest.h>

#include "text/date.hpp"

namespace vneid::admin {
namespace {

std::string instant(const std::string& text) {
  const auto value = parse_instant(text);
  return value ? std::to_string(value->time_since_epoch().count() / 1000) : "none";
}

TEST(Values, Instants) {
  EXPECT_EQ(instant("1970-01-01T00:00:00Z"), "0");
  EXPECT_EQ(instant("1970-01-01T07:00:00+07:00"), "0");
  EXPECT_EQ(instant("1970-01-01 07:00"), "0");  // no zone: Vietnam's
  EXPECT_EQ(instant("02/01/1970"), std::to_string(17 * 3600));
  EXPECT_EQ(instant("1970-01-02"), std::to_string(17 * 3600));
  EXPECT_EQ(instant("1970-01-01T00:00:01-00:30"), "1801");
  EXPECT_EQ(instant("2024-07-01T00:00:00+07:00"), "1719766800");
  for (const char* wrong : {"", "1970", "1970-01", "1970-02-30", "1970-01-01T", "1970-01-01T24:00",
                            "1970-01-01T00:60", "1970-01-01T0:00", "1970-01-01T00:00:00+7",
                            "1970-01-01T00-00", "1970-01-01T-1:00", "yesterday"}) {
    EXPECT_EQ(instant(wrong), "none") << wrong;
  }
}

TEST(Values, DatesKeepTheirPrecision) {
  EXPECT_EQ(parse_partial_date("15/08/2019"), "2019-08-15");
  EXPECT_EQ(parse_partial_date("08/2019"), "2019-08");
  EXPECT_EQ(parse_partial_date("2019"), "2019");
  EXPECT_EQ(parse_partial_date("31/12/2077"), "2077-12-31");
  EXPECT_FALSE(parse_partial_date("31/02/2019"));
  EXPECT_FALSE(parse_partial_date("soon"));
}

TEST(Values, Flags) {
  EXPECT_EQ(parse_flag("true"), true);
  EXPECT_EQ(parse_flag("có"), true);
  EXPECT_EQ(parse_flag(""), false);
  EXPECT_EQ(parse_flag("không"), false);
  EXPECT_FALSE(parse_flag("maybe"));
}

TEST(Values, TheYearTurnsInVietnam) {
  EXPECT_EQ(text::year_in_vietnam(parse_instant("2023-12-31T23:59:59").value()), 2023);
  EXPECT_EQ(text::year_in_vietnam(parse_instant("2024-01-01T00:00:00").value()), 2024);
}

}  // namespace
}  // namespace vneid::admin
