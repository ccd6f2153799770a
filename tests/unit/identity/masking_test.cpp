#include "identity/masking.hpp"

#include <algorithm>
#include <string>

#include <gtest/gtest.h>

namespace vneid::identity {
namespace {

TEST(MaskAccount, ShowsAFewCharactersAtBothEnds) {
  const std::pair<std::string, const char*> table[] = {
      {"", "***"},
      {"  ", "***"},
      {"a", "*"},
      {"an", "**"},
      {"lan", "l**"},
      {"lannn", "l****"},
      {"lan.nt", "l****t"},
      {"nguyenvana", "ng*******a"},
      {"nguyenvanan@example.vn", "ngu****************.vn"},
      {" lan.nt ", "l****t"},
      {"0912345678", "09*******8"},
      {"Đỗ Thị Bưởi", "Đỗ********i"},
      {"Đo\u0302\u0303 Thi\u0323 Bu\u031Bo\u031B\u0309i",
       "Đỗ********i"},  // no letter loses its marks
  };
  for (const auto& [account, masked] : table) EXPECT_EQ(mask_account(account), masked) << account;
}

TEST(MaskAccount, MasksNumbersAsNumbers) {
  EXPECT_EQ(mask_account("052089999999"), "052******999");
  EXPECT_EQ(mask_account("052.089.999.999"), "052******999");
  EXPECT_EQ(mask_account("052999999999"), "052******999") << "whatever year it implies";
  EXPECT_EQ(mask_account("215123489"), "21*****89");
}

TEST(MaskAccount, NeverShowsMoreThanAThirdOrSix) {
  std::string account;
  for (int length = 1; length <= 300; ++length) {
    account += static_cast<char>('a' + length % 26);
    const std::string masked = mask_account(account);
    const auto shown = masked.size() - static_cast<std::size_t>(std::ranges::count(masked, '*'));
    EXPECT_LE(shown, std::min(account.size() / 3, std::size_t{6})) << account;
    EXPECT_LE(masked.size(), 26U);
  }
}

TEST(MaskAccount, HidesMostOfANumberWithinAName) {
  const std::string number = "052089999999";
  for (const std::string& account :
       {"u" + number, number + "u", "cccd:" + number, number + "@congdan.example.vn",
        "binhdinh/congdan/" + number}) {
    const std::string masked = mask_account(account);
    for (std::size_t i = 0; i + 4 <= number.size(); ++i) {
      EXPECT_EQ(masked.find(number.substr(i, 4)), std::string::npos) << masked;
    }
  }
}

TEST(MaskAccount, ShowsNothingThatCouldMisleadTheEye) {
  EXPECT_EQ(mask_account("abc\xFF"
                         "def"),
            "***");
  EXPECT_EQ(mask_account("\u202Enguyenvana\u202E"), "*n********a*");
}

TEST(MaskAccount, DoesNotReadEndlessInput) {
  EXPECT_EQ(mask_account(std::string(1'000'000, 'a')), "***");
}

TEST(MaskName, KeepsFamilyNameAndInitials) {
  const std::pair<std::string, const char*> table[] = {
      {"Nguyễn Văn An", "Nguyễn V** A*"},
      {"Nguye\u0302\u0303n Va\u0306n An", "Nguyễn V** A*"},
      {"NGUYỄN  VĂN\u00A0AN ", "NGUYỄN V** A*"},
      {"H'Hen Niê", "H'Hen N**"},
      {"Lan", "L**"},
      {"Y", "Y"},
      {"", "***"},
      {"\xC3", "***"},
      {"052089999999", "0***********"},
      {"052089999999 x", "0*********** x"},
      {"Lê \u202EAn", "Lê ***"},
  };
  for (const auto& [name, masked] : table) EXPECT_EQ(mask_name(name), masked) << name;
}

}  // namespace
}  // namespace vneid::identity
