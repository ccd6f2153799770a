#include "identity/citizen_number.hpp"

#include <string>

#include <gtest/gtest.h>

namespace vneid::identity {
namespace {

constexpr int this_year = 2026;

std::string read(std::string_view text, int year = this_year) {
  const auto number = CitizenNumber::parse(text, year);
  return number ? number->digits() : std::string(to_text(number.error()));
}

TEST(CitizenNumber, ReadsWhatTheLetterShows) {
  const auto number = CitizenNumber::parse("052089999999", this_year).value();
  EXPECT_EQ(number.digits(), "052089999999");
  EXPECT_EQ(number.masked(), "052******999");
  EXPECT_EQ(number.birth_year(), 1989);
  EXPECT_EQ(number.sex(), Sex::male);
  EXPECT_TRUE(number.province_known());
}

TEST(CitizenNumber, PassesOverWhatPeopleAndProgramsPutBetween) {
  for (const char* text : {
           " 052089999999 ",
           "052 089 999 999",
           "052.089.999.999",
           "\t052089999999\r\n",
           "052\u00A0089\u00A0999999",              // no-break space
           "052\u202F089\u3000999999",              // narrow no-break and ideographic space
           "\uFEFF052089\u200B999\u200C99\u200D9",  // byte order mark, zero-width
           "052089\u2060999\u00AD999",              // word joiner, soft hyphen
           "\uFF10\uFF15\uFF12\uFF10\uFF18\uFF19\uFF19\uFF19\uFF19\uFF19\uFF19\uFF19",
           "\uFF10\uFF15\uFF12089999999",
       }) {
    EXPECT_EQ(read(text), "052089999999") << text;
  }
}

TEST(CitizenNumber, RefusesEverythingElse) {
  const std::pair<std::string, const char*> table[] = {
      {"", "empty"},
      {"   ", "empty"},
      {"\u200B\u00A0", "empty"},
      {".", "not_digits"},
      {"05208999999", "wrong_length"},
      {"0520899999990", "wrong_length"},
      {"215123456", "wrong_length"},
      {"05208999999a", "not_digits"},
      {"052-089-999-999", "not_digits"},
      {"-052089999999", "not_digits"},
      {"+52089999999", "not_digits"},
      {"5.2089999999E10", "not_digits"},
      {"٠٥٢٠٨٩٩٩٩٩٩٩", "not_digits"},        // Arabic-Indic digits
      {"O52089999999", "not_digits"},        // a letter O
      {"\u202E052089999999", "not_digits"},  // right-to-left override
      {"052089\xFF"
       "999999",
       "not_digits"},                         // not UTF-8
      {"05208999999\xC0\xB9", "not_digits"},  // overlong 9
      {std::string("052089999999\0", 13), "not_digits"},
      {std::string(10'000, '0'), "wrong_length"},
  };
  for (const auto& [text, error] : table) EXPECT_EQ(read(text), error) << text;
}

TEST(CitizenNumber, TellsSexAndCentury) {
  struct Row {
    const char* number;
    int year;
    Sex sex;
  };
  for (const Row& row :
       {Row{"001000000001", 1900, Sex::male}, Row{"001199000001", 1999, Sex::female},
        Row{"001200000001", 2000, Sex::male}, Row{"001326000001", 2026, Sex::female},
        Row{"001405000001", 2105, Sex::male}, Row{"001599000001", 2199, Sex::female},
        Row{"001600000001", 2200, Sex::male}, Row{"001700000001", 2200, Sex::female},
        Row{"001899000001", 2399, Sex::male}, Row{"001999000001", 2399, Sex::female}}) {
    const auto number = CitizenNumber::parse(row.number, 2400).value();
    EXPECT_EQ(number.birth_year(), row.year) << row.number;
    EXPECT_EQ(number.sex(), row.sex) << row.number;
  }
}

TEST(CitizenNumber, NobodyIsBornInTheFuture) {
  EXPECT_EQ(read("052226000001"), "052226000001");
  EXPECT_EQ(read("052227000001"), "birth_year_in_future");
  EXPECT_EQ(read("052327000001"), "birth_year_in_future");
  EXPECT_EQ(read("052227000001", 2027), "052227000001");
  for (char g = '4'; g <= '9'; ++g) {
    EXPECT_EQ(read(std::string("052") + g + "00000001"), "birth_year_in_future") << g;
  }
}

TEST(CitizenNumber, KnowsSixtyThreeProvinces) {
  int known = 0;
  for (int code = 0; code < 1000; ++code) {
    std::string digits = std::to_string(code);
    digits.insert(0, 3 - digits.size(), '0');
    if (CitizenNumber::parse(digits + "089999999", this_year)->province_known()) ++known;
  }
  EXPECT_EQ(known, 63);
  for (const char* code : {"001", "052", "064", "079", "096"}) {
    EXPECT_TRUE(CitizenNumber::parse(std::string(code) + "089999999", this_year)->province_known());
  }
  for (const char* code : {"000", "003", "050", "097", "101", "999"}) {
    EXPECT_FALSE(
        CitizenNumber::parse(std::string(code) + "089999999", this_year)->province_known());
  }
}

TEST(CitizenNumber, ComparesByDigits) {
  EXPECT_EQ(CitizenNumber::parse("052 089 999 999", this_year),
            CitizenNumber::parse("052089999999", this_year));
  EXPECT_NE(CitizenNumber::parse("052089999998", this_year),
            CitizenNumber::parse("052089999999", this_year));
}

TEST(Cmnd, HasNineDigits) {
  const auto cmnd = Cmnd::parse(" 215.123.489 ").value();
  EXPECT_EQ(cmnd.digits(), "215123489");
  EXPECT_EQ(cmnd.masked(), "21*****89");
  EXPECT_EQ(Cmnd::parse("").error(), NumberError::empty);
  EXPECT_EQ(Cmnd::parse("21512348").error(), NumberError::wrong_length);
  EXPECT_EQ(Cmnd::parse("052089999999").error(), NumberError::wrong_length);
  EXPECT_EQ(Cmnd::parse("B12345678").error(), NumberError::not_digits);
}

}  // namespace
}  // namespace vneid::identity
