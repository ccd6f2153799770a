#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "identity/birth_date.hpp"
#include "identity/field.hpp"

namespace vneid::identity {

/// Which rule a value that somebody typed breaks.
enum class TypedError : std::uint8_t {
  empty,
  not_digits,
  wrong_length,          ///< of a number: 9 or 12 digits
  birth_year_in_future,  ///< told by a 12-digit number
  forbidden_character,   ///< not UTF-8, control, direction override, private use, unassigned
  no_letters,
  too_long,
  date_form,  ///< none of dd/mm/yyyy, mm/yyyy, yyyy
  no_such_day,
  before_1900,
  date_in_future,
  phone_form,
  email_form,
  unknown_sex,
};

inline constexpr std::size_t max_text_length = 500;  ///< code points of an address, in NFC

/// A date as people type it: BirthDate's forms, and any of blank . - / (full width too) between
/// the parts, full-width digits, ddMMyyyy, invisible characters that came with copied text.
std::expected<BirthDate, TypedError> read_typed_date(std::string_view typed, int current_year);

/// What is stored of a typed value: digits of a number, BirthDate::to_text(), "male" or "female",
/// a phone number's digits with a leading + if there was one, other text in NFC with one blank
/// between words. `empty` when nothing but blanks was typed.
std::expected<std::string, TypedError> stored_form(Field field, std::string_view typed,
                                                   int current_year);

}  // namespace vneid::identity
