#include "identity/field.hpp"

#include <set>
#include <string>

#include <gtest/gtest.h>

namespace vneid::identity {
namespace {

TEST(Field, HasTheTenStableNamesInThePagesOrder) {
  const char* names[] = {"name", "cmnd9",       "citizen_id", "birth_date", "phone",
                         "sex",  "birth_place", "email",      "home_town",  "residence"};
  ASSERT_EQ(all_fields.size(), std::size(names));
  for (std::size_t i = 0; i < all_fields.size(); ++i) {
    EXPECT_EQ(to_text(all_fields[i]), names[i]);
    EXPECT_EQ(field_from_text(names[i]), all_fields[i]);
  }
}

TEST(Field, StatusComesBackFromItsText) {
  for (const auto status : {FieldStatus::verified, FieldStatus::self_entered, FieldStatus::empty}) {
    EXPECT_EQ(field_status_from_text(to_text(status)), status);
  }
}

TEST(Field, UnknownTextIsNothing) {
  for (const char* text : {"", "Name", "name ", "verified"}) {
    EXPECT_EQ(field_from_text(text), std::nullopt) << text;
  }
  for (const char* text : {"", "Verified", "name", "self-entered"}) {
    EXPECT_EQ(field_status_from_text(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace vneid::identity
