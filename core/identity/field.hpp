#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace vneid::identity {

/// The fields of the page "Thông tin định danh", in its order.
enum class Field : std::uint8_t {
  name,
  cmnd9,
  citizen_id,
  birth_date,
  phone,
  sex,
  birth_place,
  email,
  home_town,
  residence,
};

inline constexpr std::array all_fields{
    Field::name, Field::cmnd9,       Field::citizen_id, Field::birth_date, Field::phone,
    Field::sex,  Field::birth_place, Field::email,      Field::home_town,  Field::residence,
};

/// What is known about a field's value: the green, yellow and red icons of the page.
enum class FieldStatus : std::uint8_t {
  verified,      ///< checked with the population database or another trusted one
  self_entered,  ///< typed by the user, not checked
  empty,         ///< no value
};

/// Stable names ("citizen_id", "self_entered"): database, API, CSV headings.
std::string_view to_text(Field field) noexcept;
std::string_view to_text(FieldStatus status) noexcept;
std::optional<Field> field_from_text(std::string_view text) noexcept;
std::optional<FieldStatus> field_status_from_text(std::string_view text) noexcept;

}  // namespace vneid::identity
