#include "identity/birth_date.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace vneid::identity {
namespace {

constexpr int this_year = 2026;

std::string read(std::string_view text) {
  const auto date = BirthDate::parse(text, this_year);
  return date ? date->to_text() : "none";
}

BirthDate date(std::string_view text) { return BirthDate::parse(text, this_year).value(); }

TEST(BirthDate, ReadsEveryForm) {
  const std::pair<const char*, const char*> table[] = {
      {"07/03/1950", "1950-03-07"},
      {"7/3/1950", "1950-03-07"},
      {"7/03/1950", "1950-03-07"},
      {"19500307", "1950-03-07"},
      {"1950-03-07", "1950-03-07"},
      {"1950", "1950"},
      {"03/1950", "1950-03"},
      {"3/1950", "1950-03"},
      {"1950-03", "1950-03"},
      {" 07/03/1950\r\n", "1950-03-07"},
      {"29/02/2000", "2000-02-29"},
      {"29/02/1904", "1904-02-29"},
      {"1900", "1900"},
      {"01/01/1900", "1900-01-01"},
      {"2026", "2026"},
      {"31/12/2026", "2026-12-31"},
  };
  for (const auto& [text, expected] : table) EXPECT_EQ(read(text), expected) << text;
}

TEST(BirthDate, RefusesEverythingElse) {
  for (const char* text : {
           "",           " ",          "/",          "//",         "-",
           "50",         "950",        "19500",      "195003",     "1950030",
           "195003071",  "31/04/1950", "29/02/1900", "29/02/1950", "32/01/1950",
           "13/1950",    "00/1950",    "0/3/1950",   "00/03/1950", "7/0/1950",
           "19500300",   "19500003",   "19500000",   "1950-00",    "1950-13",
           "1950-3-7",   "1950-03-7",  "1950-03-",   "1950-",      "1950-03-07-",
           "1950/03/07", "07-03-1950", "07.03.1950", "7/3/50",     "7/3/01950",
           "007/3/1950", "7//1950",    "7/3/1950/",  "1/7/3/1950", "1899",
           "31/12/1899", "2027",       "01/01/2027", "-950",       "+950",
           "19x0",       "0x7/3/1950", "7 /3/1950",  "１９５０",   "1950-03-07T00:00:00",
       }) {
    EXPECT_EQ(read(text), "none") << text;
  }
}

TEST(BirthDate, KeepsItsPrecision) {
  EXPECT_EQ(date("1950").precision(), BirthDate::Precision::year);
  EXPECT_EQ(date("1950").month(), std::nullopt);
  EXPECT_EQ(date("1950").day(), std::nullopt);
  EXPECT_EQ(date("03/1950").precision(), BirthDate::Precision::month);
  EXPECT_EQ(date("03/1950").month(), 3U);
  EXPECT_EQ(date("03/1950").day(), std::nullopt);
  EXPECT_EQ(date("07/03/1950").precision(), BirthDate::Precision::day);
  EXPECT_EQ(date("07/03/1950").year(), 1950);
  EXPECT_EQ(date("07/03/1950").day(), 7U);
}

TEST(BirthDate, IsShownTheVietnameseWay) {
  EXPECT_EQ(date("1950-03-07").display(), "07/03/1950");
  EXPECT_EQ(date("1950-03").display(), "03/1950");
  EXPECT_EQ(date("1950").display(), "1950");
}

TEST(BirthDate, ComesBackFromItsTextForEveryDay) {
  std::vector<BirthDate> all;
  for (int year = 1900; year <= this_year; ++year) {
    all.push_back(date(std::to_string(year)));
    for (int month = 1; month <= 12; ++month) {
      all.push_back(date(std::to_string(month) + "/" + std::to_string(year)));
      for (int day = 1; day <= 31; ++day) {
        const std::string text =
            std::to_string(day) + "/" + std::to_string(month) + "/" + std::to_string(year);
        if (const auto parsed = BirthDate::parse(text, this_year)) all.push_back(*parsed);
      }
    }
  }
  EXPECT_EQ(all.size(), 127U * 13 + 46386U) << "days from 1900-01-01 to 2026-12-31";
  for (const BirthDate& one : all) {
    EXPECT_EQ(BirthDate::from_text(one.to_text()), one);
    EXPECT_EQ(BirthDate::parse(one.display(), this_year), one);
  }
}

TEST(BirthDate, FromTextTakesOnlyWhatToTextWrites) {
  for (const char* text : {"07/03/1950", "19500307", " 1950", "1950 ", "03/1950", "1950-3", "",
                           "1899", "1950-02-30"}) {
    EXPECT_EQ(BirthDate::from_text(text), std::nullopt) << text;
  }
}

TEST(BirthDate, ComparesWhatBothKnow) {
  struct Row {
    const char* left;
    const char* right;
    bool compatible;
    bool full;
    bool new_year;
  };
  for (const Row& row : {
           Row{"07/03/1950", "07/03/1950", true, true, false},
           Row{"07/03/1950", "08/03/1950", false, false, false},
           Row{"07/03/1950", "07/04/1950", false, false, false},
           Row{"07/03/1950", "07/03/1951", false, false, false},
           Row{"07/03/1950", "1950", true, false, false},
           Row{"07/03/1950", "1951", false, false, false},
           Row{"07/03/1950", "03/1950", true, false, false},
           Row{"07/03/1950", "04/1950", false, false, false},
           Row{"03/1950", "03/1950", true, false, false},
           Row{"03/1950", "04/1950", false, false, false},
           Row{"03/1950", "1950", true, false, false},
           Row{"1950", "1950", true, false, false},
           Row{"1950", "1951", false, false, false},
           Row{"01/01/1950", "1950", true, false, true},
           Row{"01/01/1950", "1951", false, false, false},
           Row{"01/01/1950", "01/1950", true, false, false},
           Row{"01/01/1950", "01/01/1950", true, true, false},
           Row{"01/1950", "1950", true, false, false},
           Row{"01/02/1950", "1950", true, false, false},
       }) {
    for (const bool swapped : {false, true}) {
      const BirthDate left = date(swapped ? row.right : row.left);
      const BirthDate right = date(swapped ? row.left : row.right);
      EXPECT_EQ(compatible(left, right), row.compatible) << row.left << " " << row.right;
      EXPECT_EQ(fully_equal(left, right), row.full) << row.left << " " << row.right;
      EXPECT_EQ(typed_in_new_year(left, right), row.new_year) << row.left << " " << row.right;
    }
  }
}

}  // namespace
}  // namespace vneid::identity
