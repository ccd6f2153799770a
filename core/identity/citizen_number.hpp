#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace vneid::identity {

enum class Sex : std::uint8_t { male, female };

/// Why a text is no number. `birth_year_in_future` is for 12 digits only.
enum class NumberError : std::uint8_t { empty, not_digits, wrong_length, birth_year_in_future };

/// Stable names for audit and API: "empty", "not_digits", …
std::string_view to_text(NumberError error) noexcept;

/// The `current_year` of what is on file: it was checked against the calendar when it came in.
inline constexpr int any_year = 9999;

/// The 12-digit personal identification number (số định danh cá nhân: PPP G YY RRRRRR, NĐ
/// 137/2015 Đ.13). Always text: leading zeros count. Personal data: only masked() may be logged.
class CitizenNumber {
 public:
  /// Reads what people type and sources send: blanks (no-break too), dots and zero-width
  /// characters are passed over, full-width digits are digits. What is left must be 12 digits
  /// whose implied year of birth is not after `current_year`.
  static std::expected<CitizenNumber, NumberError> parse(std::string_view text, int current_year);

  const std::string& digits() const noexcept { return digits_; }
  /// "052******999", for logs, officers and any page but the citizen's own.
  std::string masked() const;

  /// What the number says about its holder. Civil status can have been corrected afterwards
  /// without a new number: a difference from other data is a warning, never a proof.
  int birth_year() const noexcept;
  Sex sex() const noexcept;
  /// Whether the first three digits are one of the 63 province codes of TT 59/2021/TT-BCA. Births
  /// abroad have others: a warning only. It is the place of birth registration, not of residence.
  bool province_known() const noexcept;

  friend bool operator==(const CitizenNumber&, const CitizenNumber&) = default;

 private:
  explicit CitizenNumber(std::string digits) noexcept : digits_(std::move(digits)) {}
  std::string digits_;
};

/// The 9-digit number of the old identity card (CMND). One number may have been given to two
/// people: never a reason to link.
class Cmnd {
 public:
  /// Cleans as CitizenNumber::parse() does.
  static std::expected<Cmnd, NumberError> parse(std::string_view text);

  const std::string& digits() const noexcept { return digits_; }
  /// "21*****89"
  std::string masked() const;

  friend bool operator==(const Cmnd&, const Cmnd&) = default;

 private:
  explicit Cmnd(std::string digits) noexcept : digits_(std::move(digits)) {}
  std::string digits_;
};

}  // namespace vneid::identity
