#include "session/withheld_answer.hpp"

#include <string>

#include <gtest/gtest.h>

#include "session/flow.hpp"

namespace vneid {
namespace {

TEST(WithheldAnswer, ComesBackByteForByte) {
  WithheldAnswer answer;
  answer.status = 302;
  answer.headers = {{"Location", "/trang-chủ?a=1"},
                    {"Set-Cookie", "a=1; Path=/"},
                    {"Set-Cookie", std::string("b=\xff\xfe\0x", 6)}};
  answer.body = std::string("\0\x01\xff body", 9);
  const auto back = parse_withheld_answer(serialize(answer));
  ASSERT_TRUE(back.has_value());
  EXPECT_EQ(back->status, answer.status);
  EXPECT_EQ(back->headers, answer.headers);
  EXPECT_EQ(back->body, answer.body);
}

TEST(WithheldAnswer, AnythingElseIsNothing) {
  for (const char* text : {"", "{}", "[]", "null", "{\"status\":200}",
                           "{\"status\":200,\"headers\":[\"YQ\"],\"body\":\"\"}",
                           "{\"status\":\"200\",\"headers\":[],\"body\":\"\"}",
                           "{\"status\":200,\"headers\":[1,2],\"body\":\"\"}",
                           "{\"status\":200,\"headers\":[],\"body\":\"!\"}"}) {
    EXPECT_FALSE(parse_withheld_answer(text).has_value()) << text;
  }
}

TEST(FlowCookie, OnlyAWellFormedTokenNamesABrowser) {
  const std::string token(43, 'A');
  EXPECT_EQ(browser_of("__Host-vneid-flow=" + token), token);
  EXPECT_EQ(browser_of("__Host-vneid-flow=short; __Host-vneid-flow=" + token), token);
  EXPECT_EQ(browser_of("__Host-vneid-flow=" + token + "A"), "");
  EXPECT_EQ(browser_of("__Host-vneid-flow=" + std::string(42, 'A') + " "), "");
  EXPECT_EQ(browser_of("__Host-vneid-flow=" + std::string(42, 'A') + "/"), "");
  EXPECT_EQ(browser_of(""), "");
}

}  // namespace
}  // namespace vneid
