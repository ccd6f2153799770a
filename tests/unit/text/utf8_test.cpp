#include "text/utf8.hpp"

#include <string>

#include <gtest/gtest.h>

namespace vneid::identity {
namespace {

TEST(Utf8, ComesBackForEveryCodePoint) {
  for (char32_t point = 0; point <= 0x10FFFF; ++point) {
    if (point >= 0xD800 && point <= 0xDFFF) continue;
    const std::u32string one(1, point);
    ASSERT_EQ(text::decode_utf8(text::encode_utf8(one)), one) << static_cast<std::uint32_t>(point);
  }
}

TEST(Utf8, RefusesWhatIsNotUtf8) {
  for (const std::string& text : std::initializer_list<std::string>{
           "\x80", "\xBF", "\xC3", "\xC3(", "\xC0\x80", "\xC1\xBF", "\xE0\x80\x80", "\xE1\xBB",
           "\xED\xA0\x80", "\xED\xBF\xBF", "\xF0\x80\x80\x80", "\xF4\x90\x80\x80",
           "\xF5\x80\x80\x80", "\xFF",
           "a\xFE"
           "b"}) {
    EXPECT_EQ(text::decode_utf8(text), std::nullopt);
  }
  EXPECT_EQ(text::decode_utf8(""), U"");
}

TEST(Utf8, NormalizesBothWays) {
  EXPECT_EQ(text::to_nfd(U"\u1EC5"), U"e\u0302\u0303");
  EXPECT_EQ(text::to_nfc(U"e\u0302\u0303"), U"\u1EC5");
  EXPECT_EQ(text::to_nfc(U"e\u0323\u0302"), U"\u1EC7");
  EXPECT_EQ(text::to_nfc(U"e\u0302\u0323"), U"\u1EC7") << "marks are put in order";
  EXPECT_EQ(text::to_nfd(U"\uAC01"), U"\u1100\u1161\u11A8");
  EXPECT_EQ(text::to_nfd(U""), U"");
}

TEST(Utf8, TheLongestDecompositionFits) {
  for (char32_t point = 0; point <= 0x10FFFF; ++point) {
    if (point >= 0xD800 && point <= 0xDFFF) continue;
    const std::u32string one(1, point);
    const std::u32string nfd = text::to_nfd(one);
    ASSERT_LE(nfd.size(), 4U);
    ASSERT_EQ(text::to_nfd(text::to_nfc(one)), nfd) << static_cast<std::uint32_t>(point);
  }
}

TEST(Utf8, SortsCharacters) {
  for (const char32_t point : U"\t\n\r \u0085\u00A0\u2003\u2028\u202F\u3000") {
    if (point != 0)
      EXPECT_TRUE(text::is_blank(point) && !text::is_invisible(point) &&
                  !text::is_forbidden(point));
  }
  for (const char32_t point : U"\u00AD\u200B\u200C\u200D\u2060\uFEFF\u034F") {
    if (point != 0)
      EXPECT_TRUE(text::is_invisible(point) && !text::is_blank(point) &&
                  !text::is_forbidden(point));
  }
  for (const char32_t point :
       U"\x01\x1B\x7F\u061C\u200E\u200F\u202A\u202E\u2066\u2069\uE000\uFFFE") {
    if (point != 0)
      EXPECT_TRUE(text::is_forbidden(point) && !text::is_blank(point) &&
                  !text::is_invisible(point));
  }
  EXPECT_TRUE(text::is_forbidden(0));
  for (const char32_t point : U"aĐữ\u0323'-.9Ж") {
    if (point != 0)
      EXPECT_FALSE(text::is_forbidden(point) || text::is_blank(point) || text::is_invisible(point));
  }
}

}  // namespace
}  // namespace vneid::identity
