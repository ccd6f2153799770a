#include "identity/account_name.hpp"

#include <gtest/gtest.h>

namespace vneid::identity {
namespace {

constexpr AccountForm exact{};
constexpr AccountForm fold{.trim = false, .fold = true};
constexpr AccountForm trim_fold{.trim = true, .fold = true};

TEST(AccountName, IsOneSpellingByItsForm) {
  const struct {
    const char* typed;
    const char* exact;
    const char* fold;
    const char* trim_fold;
  } table[] = {
      {"congdan", "congdan", "congdan", "congdan"},
      {"CongDan", "CongDan", "congdan", "congdan"},
      {" congdan ", " congdan ", " congdan ", "congdan"},
      {"\u00a0\u200bCONGDAN\ufeff\t", "\u00a0\u200bCONGDAN\ufeff\t", "\u00a0\u200bcongdan\ufeff\t",
       "congdan"},
      {"a b", "a b", "a b", "a b"},
      // NFC always: the same name from another keyboard.
      {"nguye\u0302\u0303n", "nguyễn", "nguyễn", "nguyễn"},
      {"NGUYỄN", "NGUYỄN", "nguyễn", "nguyễn"},
      {"NGUYE\u0302\u0303N", "NGUYỄN", "nguyễn", "nguyễn"},
      {"ĐẶNG", "ĐẶNG", "đặng", "đặng"},
      {"Stra\u00dfe", "Straße", "strasse", "strasse"},
      {"An@Example.VN", "An@Example.VN", "an@example.vn", "an@example.vn"},
      {"\u212aELVIN", "KELVIN", "kelvin", "kelvin"},
  };
  for (const auto& row : table) {
    EXPECT_EQ(account_name(row.typed, exact), row.exact) << row.typed;
    EXPECT_EQ(account_name(row.typed, fold), row.fold) << row.typed;
    EXPECT_EQ(account_name(row.typed, trim_fold), row.trim_fold) << row.typed;
  }
}

TEST(AccountName, IsNoneWithoutACause) {
  EXPECT_EQ(account_name("", exact).error(), "the account's name is empty");
  EXPECT_EQ(account_name(" \t\u3000", trim_fold).error(), "the account's name is empty");
  EXPECT_EQ(account_name("\xff", exact).error(), "the account's name is not UTF-8");
  EXPECT_EQ(account_name("a\xc0\xafz", exact).error(), "the account's name is not UTF-8");
  const std::string longest(longest_account_name, 'a');
  EXPECT_EQ(account_name(longest, exact), longest);
  EXPECT_EQ(account_name(longest + "a", exact).error(),
            "the account's name is longer than 1,000 bytes");
  EXPECT_EQ(account_name(std::string(1'000'000, ' '), trim_fold).error(),
            "the account's name is longer than 1,000 bytes");
}

}  // namespace
}  // namespace vneid::identity
