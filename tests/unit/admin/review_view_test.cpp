#include "admin/officers/review_view.hpp"

#include <sstream>

#include <gtest/gtest.h>

#include "admin/columns.hpp"
#include "link/review_reference.hpp"

namespace vneid::admin {
namespace {

TEST(ReviewReference, IsReadAsItWasMeant) {
  for (const char* typed :
       {"K7QF-2MXD", "k7qf2mxd", " K7QF 2MXD ", "k7qf—2mxd", "K7\u00A0QF_2MXD", "K7Q-F2M-XD"}) {
    EXPECT_EQ(link::read_review_reference(typed), "K7QF-2MXD") << typed;
  }
  EXPECT_EQ(link::read_review_reference("oOiI-lL01"), "0011-1101");
  for (const char* wrong :
       {"", "K7QF", "K7QF-2MXDD", "K7QF-2MXU", "K7QF-2MX!", "K7QF-2MXĐ", "\xFFK7QF2MX"}) {
    EXPECT_FALSE(link::read_review_reference(wrong)) << wrong;
  }
}

TEST(ReviewReference, FreshOnesAreReadBack) {
  for (int i = 0; i < 1000; ++i) {
    const std::string reference = link::new_review_reference();
    ASSERT_EQ(link::read_review_reference(reference), reference);
  }
  EXPECT_NE(link::new_review_reference(), link::new_review_reference());
}

TEST(ReviewSides, AreReadAsWritten) {
  std::string text;
  link::add_review_side(text, "account", "name", "Lê Minh Mẫu");
  link::add_review_side(text, "person", "name", "a.b");
  link::add_review_side(text, "source", "sex", "");
  const auto sides = link::read_review_sides(text);
  ASSERT_TRUE(sides);
  EXPECT_EQ(sides->account.at("name"), "Lê Minh Mẫu");
  EXPECT_EQ(sides->other.at("name"), "a.b");
  EXPECT_EQ(sides->other.at("sex"), "");
  EXPECT_TRUE(link::read_review_sides("")->account.empty());
}

TEST(ReviewSides, SayNothingOfAnotherField) {
  std::string text;
  link::add_review_side(text, "account", "login", "x\nsource.citizen_id\t052089999999\r");
  const auto sides = link::read_review_sides(text);
  ASSERT_TRUE(sides);
  EXPECT_TRUE(sides->other.empty());
  EXPECT_EQ(sides->account.at("login"), "x source.citizen_id 052089999999 ");
  for (const char* wrong :
       {"account.name\tx", "account\tx\n", "other.name\tx\n", "account.name x\n", "\n",
        "account.name\tx\naccount.name\ty\n", "account.name\tx\ty\n", "account\t.x\n"}) {
    EXPECT_FALSE(link::read_review_sides(wrong)) << wrong;
  }
}

struct MaskCase {
  const char* field;
  const char* value;
  const char* shown;
};

TEST(ReviewView, MasksEveryField) {
  for (const auto& [field, value, shown] :
       std::initializer_list<MaskCase>{{"number", "052089999999", "052******999"},
                                       {"citizen_id", "052089999999", "052******999"},
                                       {"cmnd9", "211234589", "21*****89"},
                                       {"login", "052089999999", "052******999"},
                                       {"login", "mau.le.1989", "ma********9"},
                                       {"name", "Nguyễn Văn An", "Nguyễn V** A*"},
                                       {"birth_date", "1989-08-15", "1989"},
                                       {"birth_date", "1989", "1989"},
                                       {"birth_date", "15/08/1989", "***"},
                                       {"sex", "female", "female"},
                                       {"sex", "052089999999", "***"},
                                       {"phone", "0912345678", "09*******8"},
                                       {"email", "mau@example.vn", "ma**********vn"},
                                       {"residence", "Phường Quy Nhơn", "Phường Q** N***"},
                                       {"name", "", "-"}}) {
    EXPECT_EQ(mask_value(field, value), shown) << field << ' ' << value;
  }
}

std::string finding(const std::string& field, const std::string& account,
                    const std::string& other) {
  link::ReviewSides sides;
  if (!account.empty()) sides.account[field] = account;
  if (!other.empty()) sides.other[field] = other;
  const auto fields = compare_sides(sides);
  return fields.empty() ? "none" : fields.front().finding;
}

TEST(ReviewView, SaysHowFieldsDiffer) {
  EXPECT_EQ(finding("name", "Nguyễn Thị Hòa", "NGUYỄN THỊ HOÀ"), "same");
  EXPECT_EQ(finding("name", "Nguyen Thi Hoa", "Nguyễn Thị Hoà"),
            "differs in accents or tones only");
  EXPECT_EQ(finding("name", "Nguyễn Thị Hòa", "Nguyễn Thị Lan"), "1 of 3 words differ");
  EXPECT_EQ(finding("name", "Nguyễn Hòa", "Nguyễn Thị Lan"), "differs, another number of words");
  EXPECT_EQ(finding("number", "052089999999", "052089999999"), "same");
  EXPECT_EQ(finding("citizen_id", "052089999999", "052089999989"), "1 of 12 digits differ");
  EXPECT_EQ(finding("citizen_id", "052089999999", "05208999999"), "differs, another length");
  EXPECT_EQ(finding("birth_date", "1989-08-15", "1989-08-15"), "same");
  EXPECT_EQ(finding("birth_date", "1989", "1989-08-15"), "the account knows less of the date");
  EXPECT_EQ(finding("birth_date", "1989-08-15", "1989-08"), "the account knows more of the date");
  EXPECT_EQ(finding("birth_date", "1989-08-15", "1989-08-16"), "the day or month differs");
  EXPECT_EQ(finding("birth_date", "1989-08-15", "1988-08-15"), "the year differs");
  EXPECT_EQ(finding("sex", "male", "female"), "differs");
  EXPECT_EQ(finding("phone", "0912345678", "0912345678"), "same");
  EXPECT_EQ(finding("name", "", "Nguyễn Thị Hòa"), "not known of the account");
  EXPECT_EQ(finding("name", "Nguyễn Thị Hòa", ""), "told by the account only");
  EXPECT_EQ(finding("login", "a", ""), "");
  EXPECT_EQ(finding("name", "", ""), "none");
  EXPECT_EQ(finding("shoe_size", "41", "42"), "none");
}

TEST(ReviewView, MinutesAreVietnams) {
  EXPECT_EQ(minute_of(Wall{}), "01/01/1970 07:00");
  EXPECT_EQ(minute_of(Wall{std::chrono::hours{17}}), "02/01/1970 00:00");
}

TEST(Columns, AreAsWideAsTheirLetters) {
  std::ostringstream stream;
  print_columns(stream, {{"A", "B"}, {"Nguyễn", "x"}, {"abc"}});
  EXPECT_EQ(stream.str(), "A       B\nNguyễn  x\nabc\n");
}

}  // namespace
}  // namespace vneid::admin
