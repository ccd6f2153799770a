#include "flows/gate/kept_request.hpp"

#include <string>

#include <gtest/gtest.h>

#include "flows/reply/return_to.hpp"

namespace vneid {
namespace {

TEST(LoginUrl, CarriesATargetOnlyWhenItIsOne) {
  EXPECT_EQ(flows::page_url("/vneid/", "login", "/a?b=c&d"),
            "/vneid/login?return=%2Fa%3Fb%3Dc%26d");
  EXPECT_EQ(flows::page_url("/vneid/", "login", "//evil"), "/vneid/login");
  EXPECT_EQ(flows::page_url("/vneid/", "login", ""), "/vneid/login");
}

TEST(ResendableFields, ComeBackInOrderWithTheirLineEnds) {
  const auto fields =
      flows::resendable_fields("ten=Nguy%E1%BB%85n+An&dong=a%0D%0Ab&trong=&ten=2&&cuoi");
  ASSERT_TRUE(fields);
  const text::Parameters expected{
      {"ten", "Nguyễn An"}, {"dong", "a\r\nb"}, {"trong", ""}, {"ten", "2"}, {"cuoi", ""}};
  EXPECT_EQ(*fields, expected);
}

TEST(ResendableFields, RefusesWhatHtmlWouldNotGiveBack) {
  for (const char* body : {"a=%", "a=%4", "a=%zz", "a=%ff", "a=%00", "a=%01", "a=%E2%80%AE"}) {
    EXPECT_FALSE(flows::resendable_fields(body)) << body;
  }
  std::string many;
  for (int i = 0; i < 501; ++i) many += "a=1&";
  EXPECT_FALSE(flows::resendable_fields(many));
}

}  // namespace
}  // namespace vneid
