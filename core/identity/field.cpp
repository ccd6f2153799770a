#include "identity/field.hpp"

#include <algorithm>

namespace vneid::identity {

std::string_view to_text(Field field) noexcept {
  switch (field) {
    case Field::name:
      return "name";
    case Field::cmnd9:
      return "cmnd9";
    case Field::citizen_id:
      return "citizen_id";
    case Field::birth_date:
      return "birth_date";
    case Field::phone:
      return "phone";
    case Field::sex:
      return "sex";
    case Field::birth_place:
      return "birth_place";
    case Field::email:
      return "email";
    case Field::home_town:
      return "home_town";
    case Field::residence:
      return "residence";
  }
  return "";
}

std::string_view to_text(FieldStatus status) noexcept {
  switch (status) {
    case FieldStatus::verified:
      return "verified";
    case FieldStatus::self_entered:
      return "self_entered";
    case FieldStatus::empty:
      return "empty";
  }
  return "";
}

std::optional<Field> field_from_text(std::string_view text) noexcept {
  const auto* found =
      std::ranges::find_if(all_fields, [text](Field field) { return to_text(field) == text; });
  if (found == all_fields.end()) return std::nullopt;
  return *found;
}

std::optional<FieldStatus> field_status_from_text(std::string_view text) noexcept {
  for (const auto status : {FieldStatus::verified, FieldStatus::self_entered, FieldStatus::empty}) {
    if (to_text(status) == text) return status;
  }
  return std::nullopt;
}

}  // namespace vneid::identity
