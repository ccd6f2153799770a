#include "identity/citizen_number.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>

#include "text/utf8.hpp"

namespace vneid::identity {

namespace {

constexpr std::size_t citizen_number_size = 12;
constexpr std::size_t cmnd_size = 9;
/// Bytes; far more than any number with blanks between its digits.
constexpr std::size_t max_input = 256;

/// TT 59/2021/TT-BCA, first appendix.
constexpr auto province_codes = std::to_array<std::string_view>({
    "001", "002", "004", "006", "008", "010", "011", "012", "014", "015", "017", "019", "020",
    "022", "024", "025", "026", "027", "030", "031", "033", "034", "035", "036", "037", "038",
    "040", "042", "044", "045", "046", "048", "049", "051", "052", "054", "056", "058", "060",
    "062", "064", "066", "067", "068", "070", "072", "074", "075", "077", "079", "080", "082",
    "083", "084", "086", "087", "089", "091", "092", "093", "094", "095", "096",
});
static_assert(province_codes.size() == 63);
static_assert(std::ranges::is_sorted(province_codes));

std::optional<char> digit(char32_t point) {
  if (point >= U'0' && point <= U'9') return static_cast<char>(point);
  constexpr char32_t full_width_zero = U'\uFF10';
  if (point >= full_width_zero && point <= full_width_zero + 9) {
    return static_cast<char>('0' + (point - full_width_zero));
  }
  return std::nullopt;
}

std::expected<std::string, NumberError> clean_digits(std::string_view text, std::size_t size) {
  if (text.size() > max_input) return std::unexpected(NumberError::wrong_length);
  const auto points = text::decode_utf8(text);
  if (!points) return std::unexpected(NumberError::not_digits);
  std::string digits;
  bool anything = false;
  for (const char32_t point : *points) {
    if (text::is_blank(point) || text::is_invisible(point)) continue;
    anything = true;
    if (point == U'.') continue;
    const auto value = digit(point);
    if (!value) return std::unexpected(NumberError::not_digits);
    digits += *value;
  }
  if (!anything) return std::unexpected(NumberError::empty);
  if (digits.empty()) return std::unexpected(NumberError::not_digits);
  if (digits.size() != size) return std::unexpected(NumberError::wrong_length);
  return digits;
}

int value_of(char c) { return c - '0'; }

}  // namespace

std::string_view to_text(NumberError error) noexcept {
  switch (error) {
    case NumberError::empty:
      return "empty";
    case NumberError::not_digits:
      return "not_digits";
    case NumberError::wrong_length:
      return "wrong_length";
    case NumberError::birth_year_in_future:
      return "birth_year_in_future";
  }
  return "";
}

std::expected<CitizenNumber, NumberError> CitizenNumber::parse(std::string_view text,
                                                               int current_year) {
  auto digits = clean_digits(text, citizen_number_size);
  if (!digits) return std::unexpected(digits.error());
  CitizenNumber number{*std::move(digits)};
  if (number.birth_year() > current_year) return std::unexpected(NumberError::birth_year_in_future);
  return number;
}

std::string CitizenNumber::masked() const {
  return digits_.substr(0, 3) + "******" + digits_.substr(9);
}

int CitizenNumber::birth_year() const noexcept {
  return 1900 + value_of(digits_[3]) / 2 * 100 + value_of(digits_[4]) * 10 + value_of(digits_[5]);
}

Sex CitizenNumber::sex() const noexcept {
  return value_of(digits_[3]) % 2 == 0 ? Sex::male : Sex::female;
}

bool CitizenNumber::province_known() const noexcept {
  return std::ranges::binary_search(province_codes, std::string_view(digits_).substr(0, 3));
}

std::expected<Cmnd, NumberError> Cmnd::parse(std::string_view text) {
  auto digits = clean_digits(text, cmnd_size);
  if (!digits) return std::unexpected(digits.error());
  return Cmnd{*std::move(digits)};
}

std::string Cmnd::masked() const { return digits_.substr(0, 2) + "*****" + digits_.substr(7); }

}  // namespace vneid::identity
