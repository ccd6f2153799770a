#include "identity/typed_field.hpp"

#include <string>

#include <gtest/gtest.h>

namespace vneid::identity {
namespace {

constexpr int this_year = 2026;

std::string name_of(TypedError error) {
  constexpr const char* names[] = {
      "empty",      "not_digits", "wrong_length", "birth_year_in_future", "forbidden_character",
      "no_letters", "too_long",   "date_form",    "no_such_day",          "before_1900",
      "in_future",  "phone_form", "email_form",   "unknown_sex"};
  return std::string{"!"} + names[static_cast<std::size_t>(error)];
}

std::string read(Field field, std::string_view typed) {
  const auto stored = stored_form(field, typed, this_year);
  return stored ? *stored : name_of(stored.error());
}

struct Row {
  Field field;
  std::string typed;
  std::string expected;
};

TEST(TypedField, StoresWhatPeopleType) {
  const Row table[] = {
      {Field::citizen_id, "052089999999", "052089999999"},
      {Field::citizen_id, " 052.089 999\u00A0999 ", "052089999999"},
      {Field::citizen_id, "０５２０８９９９９９９９", "052089999999"},
      {Field::citizen_id, "0520\u200B89999999\uFEFF", "052089999999"},
      {Field::cmnd9, "211 234 567", "211234567"},
      {Field::name, "  Nguye\u0302\u0303n   Va\u0306n An ", "Nguyễn Văn An"},
      {Field::name, "Y\u00A0Ksor", "Y Ksor"},
      {Field::birth_date, "7/3/1950", "1950-03-07"},
      {Field::birth_date, "07.03.1950", "1950-03-07"},
      {Field::birth_date, "07-03-1950", "1950-03-07"},
      {Field::birth_date, "07 03 1950", "1950-03-07"},
      {Field::birth_date, " 07 / 03 / 1950 ", "1950-03-07"},
      {Field::birth_date, "07031950", "1950-03-07"},
      {Field::birth_date, "19500307", "1950-03-07"},
      {Field::birth_date, "1950-03-07", "1950-03-07"},
      {Field::birth_date, "20/12/2012", "2012-12-20"},
      {Field::birth_date, "20122012", "2012-12-20"},
      {Field::birth_date, "０７／０３／１９５０", "1950-03-07"},
      {Field::birth_date, "1950", "1950"},
      {Field::birth_date, "03/1950", "1950-03"},
      {Field::birth_date, "1950-03", "1950-03"},
      {Field::phone, "0905 123 456", "0905123456"},
      {Field::phone, "+84 (905) 123-456", "+84905123456"},
      {Field::sex, "female", "female"},
      {Field::email, " an@example.com ", "an@example.com"},
      {Field::residence, " Số 1,\t\u00A0đường  Mẫu\n", "Số 1, đường Mẫu"},
  };
  for (const Row& row : table) EXPECT_EQ(read(row.field, row.typed), row.expected) << row.typed;
}

TEST(TypedField, SaysWhichRuleIsBroken) {
  const Row table[] = {
      {Field::citizen_id, "", "!empty"},
      {Field::citizen_id, " \u200B ", "!empty"},
      {Field::citizen_id, "05208999999O", "!not_digits"},
      {Field::citizen_id, "05208999999", "!wrong_length"},
      {Field::citizen_id, "052489999999", "!birth_year_in_future"},
      {Field::cmnd9, "0520899999", "!wrong_length"},
      {Field::name, "   ", "!empty"},
      {Field::name, "An\u202EnA", "!forbidden_character"},
      {Field::name, "\xff", "!forbidden_character"},
      {Field::name, "...", "!no_letters"},
      {Field::name, std::string(300, 'a'), "!too_long"},
      {Field::birth_date, "", "!empty"},
      {Field::birth_date, "7 tháng 3", "!date_form"},
      {Field::birth_date, "7/3/50", "!date_form"},
      {Field::birth_date, "50", "!date_form"},
      {Field::birth_date, "1/2/3/1950", "!date_form"},
      {Field::birth_date, "007/3/1950", "!date_form"},
      {Field::birth_date, "///", "!date_form"},
      {Field::birth_date, "31/02/1950", "!no_such_day"},
      {Field::birth_date, "1/13/1950", "!no_such_day"},
      {Field::birth_date, "00/03/1950", "!no_such_day"},
      {Field::birth_date, "07/03/1899", "!before_1900"},
      {Field::birth_date, "07/03/2027", "!in_future"},
      {Field::phone, "12345", "!phone_form"},
      {Field::phone, "0905+123456", "!phone_form"},
      {Field::phone, "0905123456x1", "!phone_form"},
      {Field::phone, std::string(16, '1'), "!phone_form"},
      {Field::sex, "other", "!unknown_sex"},
      {Field::email, "an", "!email_form"},
      {Field::email, "@example.com", "!email_form"},
      {Field::email, "a@b@example.com", "!email_form"},
      {Field::email, "an@example", "!email_form"},
      {Field::email, "an@example..com", "!email_form"},
      {Field::email, "<an@example.com>", "!email_form"},
      {Field::email, std::string(65, 'a') + "@example.com", "!email_form"},
      {Field::residence, "a\x01", "!forbidden_character"},
      {Field::residence, std::string(501, 'a'), "!too_long"},
      {Field::residence, std::string(5000, 'a'), "!too_long"},
  };
  for (const Row& row : table) EXPECT_EQ(read(row.field, row.typed), row.expected) << row.typed;
}

}  // namespace
}  // namespace vneid::identity
