#include "identity/name_key.hpp"

#include <map>
#include <string>

#include <gtest/gtest.h>

#include "text/utf8.hpp"

namespace vneid::identity {
namespace {

std::string strict(std::string_view name) {
  const auto keys = NameKeys::make(name);
  return keys ? keys->strict : "error " + std::string(to_text(keys.error()));
}

std::string loose(std::string_view name) {
  const auto keys = NameKeys::make(name);
  return keys ? keys->loose : "error " + std::string(to_text(keys.error()));
}

std::string nfd(std::string_view text) {
  return text::encode_utf8(text::to_nfd(text::decode_utf8(text).value()));
}
std::string nfc(std::string_view text) {
  return text::encode_utf8(text::to_nfc(text::decode_utf8(text).value()));
}

TEST(NameKeys, HaveTheDocumentedForm) {
  struct Row {
    const char* name;
    const char* strict;
    const char* loose;
  };
  for (const Row& row : {
           Row{"HOÀ", "HOA:f", "HOA"},
           Row{"Hòa", "HOA:f", "HOA"},
           Row{"Nguyễn Văn An", "NGUYÊN:x VĂN AN", "NGUYENVANAN"},
           Row{"Lê Hoàng", "LÊ HOANG:f", "LEHOANG"},
           Row{"LE HOANG", "LE HOANG", "LEHOANG"},
           Row{"Đỗ Thị Bưởi", "ĐÔ:x THI:j BƯƠI:r", "DOTHIBUOI"},
           Row{"Trần Thị Ngọc Ánh", "TRÂN:f THI:j NGOC:j ANH:s", "TRANTHINGOCANH"},
           Row{"Đặng Giữ", "ĐĂNG:j GIƯ:x", "DANGGIU"},
           Row{"Phạm Quý", "PHAM:j QUY:s", "PHAMQUY"},
           Row{"Ẩn Ẫm Ẳng Ẵng Ửu Ữu Ợt", "ÂN:r ÂM:x ĂNG:r ĂNG:x ƯU:r ƯU:x ƠT:j",
               "ANAMANGANGUUUUOT"},
           Row{"K'Brêu", "K'BRÊU", "KBREU"},
           Row{"H’Hen Niê", "H'HEN NIÊ", "HHENNIE"},
           Row{"Y-Thúy Niê", "Y-THUY:s NIÊ", "YTHUYNIE"},
           Row{"H'Ñuôn Čil", "H'ÑUÔN ČIL", "HNUONCIL"},
           Row{"Nguyễn Văn An 2", "NGUYÊN:x VĂN AN 2", "NGUYENVANAN2"},
       }) {
    EXPECT_EQ(strict(row.name), row.strict) << row.name;
    EXPECT_EQ(loose(row.name), row.loose) << row.name;
  }
}

TEST(NameKeys, StrictlyTheSameName) {
  const std::pair<const char*, const char*> table[] = {
      {"Hoà", "Hòa"},
      {"thuỷ", "thủy"},
      {"Khoẻ", "KHỎE"},
      {"Quý", "Qúy"},
      {"Hoạ", "Họa"},
      {"Nguyễn Thị Thuý", "NGUYỄN THỊ THÚY"},
      {"Giữ", "giữ"},
      {"Già", "Gìa"},
      {"Loan Tuỳ", "LOAN TÙY"},
      {"Hoàng", "Hòang"},
      {"Đặng", "\u00D0ặng"},  // Eth
      {"Đặng", "\u0189ặng"},  // African D
      {"đặng", "\u00F0ặng"},  // eth
      {"Đặng", "\u0256ặng"},  // African d
      {"K'Brêu", "K’Brêu"},
      {"K'Brêu", "K‘brêu"},
      {"K'Brêu", "k\u02BCBrêu"},
      {"K'Brêu", "K`BRÊU"},
      {"K'Brêu", "K´Brêu"},
      {"K'Brêu", "K\uFF07Brêu"},
      {"Nguyễn Văn An", "  nguyễn\tvăn\u00A0\u3000AN\n"},
      {"Nguyễn Văn An", "Ngu\u200Byễn\u00AD Văn\uFEFF An\u2060"},
      {"Nguyễn", "Nguye\u0303\u0302n"},  // tone typed before the circumflex
  };
  for (const auto& [left, right] : table) {
    EXPECT_EQ(strict(left), strict(right)) << left << " " << right;
    EXPECT_FALSE(strict(left).starts_with("error")) << left;
    EXPECT_EQ(loose(left), loose(right)) << left << " " << right;
  }
}

TEST(NameKeys, StrictlyAnotherName) {
  const std::pair<const char*, const char*> table[] = {
      {"Mĩ", "Mỹ"},  // i and y differ in law
      {"Lí", "Lý"},
      {"Lê Hoàng", "Le Hoang"},
      {"Hoà", "Hoá"},
      {"Hoà", "Hoa"},
      {"Hoả", "Hoã"},
      {"Hoạ", "Hoa"},
      {"Văn", "Vân"},  // breve and circumflex are no tones
      {"Văn", "Van"},
      {"Tơ", "To"},
      {"Tơ", "Tô"},
      {"Tư", "Tu"},
      {"Đan", "Dan"},
      {"Ân", "Ấn"},
      {"An Bình", "Anbình"},
      {"H'Hen", "HHen"},
      {"H'Hen", "H-Hen"},
      {"Tú-An", "Tu-Án"},  // a tone stays with its syllable
      {"Tú An", "Tu Án"},
      {"Tàmi", "Tamì"},  // and with its group of vowels
      {"Ñuôn", "Nuôn"},  // a tilde on a consonant is part of the letter
      {"Nguyễn Văn An", "Nguyễn An Văn"},
      {"HOA:f", "Hoà"},  // typed, not made
  };
  for (const auto& [left, right] : table) {
    EXPECT_NE(strict(left), strict(right)) << left << " " << right;
  }
  EXPECT_EQ(loose("Lê Hoàng"), loose("LE HOANG"));
  EXPECT_EQ(loose("Đan"), loose("Dan"));
  EXPECT_NE(loose("Mĩ"), loose("Mỹ"));
}

/// All 134 accented letters and the two bare vowels' cases, in both normalisation forms.
TEST(NameKeys, EveryVietnameseLetterInEveryForm) {
  const std::map<std::string, std::string> vowels = {
      {"A", "aàáảãạ"}, {"Ă", "ăằắẳẵặ"}, {"Â", "âầấẩẫậ"}, {"E", "eèéẻẽẹ"},
      {"Ê", "êềếểễệ"}, {"I", "iìíỉĩị"}, {"O", "oòóỏõọ"}, {"Ô", "ôồốổỗộ"},
      {"Ơ", "ơờớởỡợ"}, {"U", "uùúủũụ"}, {"Ư", "ưừứửữự"}, {"Y", "yỳýỷỹỵ"}};
  const char* tones[] = {"", ":f", ":s", ":r", ":x", ":j"};
  int letters = 0;
  for (const auto& [base, forms] : vowels) {
    const std::u32string points = text::decode_utf8(nfc(forms)).value();
    ASSERT_EQ(points.size(), 6U) << base;
    for (std::size_t tone = 0; tone < 6; ++tone) {
      const std::string letter = text::encode_utf8(points.substr(tone, 1));
      const std::string name = "t" + letter + "nh";
      const std::string expected = "T" + base + "NH" + tones[tone];
      EXPECT_EQ(strict(nfc(name)), expected);
      EXPECT_EQ(strict(nfd(name)), expected);
      EXPECT_EQ(loose(nfc(name)).size(), 4U);
      EXPECT_EQ(loose(nfc(name)), loose(nfd(name)));
      ++letters;
    }
  }
  EXPECT_EQ(letters, 72);
}

TEST(NameKeys, UpperAndLowerCaseAgree) {
  EXPECT_EQ(strict("ẰẮẲẴẶẦẤẨẪẬỀẾỂỄỆỒỐỔỖỘỜỚỞỠỢỪỨỬỮỰỲÝỶỸỴĐ"),
            strict("ằắẳẵặầấẩẫậềếểễệồốổỗộờớởỡợừứửữựỳýỷỹỵđ"));
}

TEST(NameKeys, RefuseWhatIsNoName) {
  const std::pair<std::string, const char*> table[] = {
      {"", "error empty"},
      {" \u00A0\u200B ", "error empty"},
      {"Nguy\xE1\xBB", "error not_utf8"},
      {"Nguy\xFFn", "error not_utf8"},
      {std::string("An\0", 3), "error forbidden_character"},
      {"An\x1B[31m", "error forbidden_character"},
      {"An\x7F", "error forbidden_character"},
      {"\u202EnA", "error forbidden_character"},
      {"An\u200F", "error forbidden_character"},
      {"\u2066An\u2069", "error forbidden_character"},
      {"An\uE000", "error forbidden_character"},
      {"...", "error no_letters"},
      {"'", "error no_letters"},
      {"Жанна", "error no_letters"},
      {"陈", "error no_letters"},
  };
  for (const auto& [name, error] : table) {
    EXPECT_EQ(strict(name), error) << name;
    EXPECT_EQ(loose(name), error) << name;
  }
}

TEST(NameKeys, AreBoundInLength) {
  std::string name;
  for (int i = 0; i < 200; ++i) name += "ễ";
  EXPECT_FALSE(strict(name).starts_with("error"));
  EXPECT_EQ(strict(nfd(name)), strict(name)) << "counted in NFC";
  EXPECT_EQ(strict(name + "n"), "error too_long");
  EXPECT_EQ(strict(std::string(1'000'000, 'a')), "error too_long");
  EXPECT_EQ(strict("a" + std::string(100, ' ') + "b"), "A B");
}

TEST(CleanName, KeepsCaseAndTonePlacement) {
  const std::pair<std::string, const char*> table[] = {
      {"  Nguyễn   Thị\tHoà ", "Nguyễn Thị Hoà"},
      {nfd("Nguyễn Thị Hòa"), "Nguyễn Thị Hòa"},
      {"\u00D0ỗ", "Đỗ"},
      {"H’Hen Niê", "H'Hen Niê"},
      {"A\u200Bn", "An"},
      {"陈", "陈"},
  };
  for (const auto& [name, cleaned] : table) EXPECT_EQ(clean_name(name), cleaned) << name;
  EXPECT_EQ(clean_name(" ").error(), NameError::empty);
  EXPECT_EQ(clean_name("\xFF").error(), NameError::not_utf8);
}

TEST(CleanName, IsStable) {
  for (const char* name : {"  Nguyễn   Thị\tHoà ", "H’Hen Niê", "a\u034F\u0323\u0301b"}) {
    const std::string once = clean_name(name).value();
    EXPECT_EQ(clean_name(once), once);
    EXPECT_EQ(once, nfc(once));
    EXPECT_EQ(strict(once), strict(name));
  }
}

}  // namespace
}  // namespace vneid::identity
