#include "identity/birth_date.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <limits>

namespace vneid::identity {

namespace {

using Parts = BirthDate::Parts;  // before the calendar was asked

/// All of `text` as a number, if it has `least` to `most` digits and nothing else.
std::optional<int> number(std::string_view text, std::size_t least, std::size_t most) {
  if (text.size() < least || text.size() > most) return std::nullopt;
  if (!std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; })) return std::nullopt;
  int value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

/// A month or day that is written: 0 means "not written" in Parts, so a written 0 is refused.
std::optional<unsigned> part(std::string_view text, std::size_t least) {
  const auto value = number(text, least, 2);
  if (!value || *value == 0) return std::nullopt;
  return static_cast<unsigned>(*value);
}

std::optional<Parts> from_pieces(std::optional<int> year, std::optional<unsigned> month,
                                 std::optional<unsigned> day) {
  if (!year || !month || !day) return std::nullopt;
  return Parts{.year = *year, .month = *month, .day = *day};
}

/// d/M/yyyy or M/yyyy
std::optional<Parts> read_slashes(std::string_view text) {
  const std::size_t first = text.find('/');
  const std::size_t last = text.rfind('/');
  const auto year = number(text.substr(last + 1), 4, 4);
  const auto month =
      part(text.substr(first == last ? 0 : first + 1, first == last ? last : last - first - 1), 1);
  const auto day = first == last ? std::optional<unsigned>(0) : part(text.substr(0, first), 1);
  return from_pieces(year, month, day);
}

/// yyyy-MM-dd, yyyy-MM or yyyy: what to_text() writes.
std::optional<Parts> read_hyphens(std::string_view text) {
  constexpr std::size_t year_size = 4;
  constexpr std::size_t month_size = 7;
  constexpr std::size_t day_size = 10;
  const auto year = number(text.substr(0, year_size), 4, 4);
  if (text.size() == year_size) return from_pieces(year, 0U, 0U);
  if (text.size() < month_size || text[year_size] != '-') return std::nullopt;
  const auto month = part(text.substr(year_size + 1, 2), 2);
  if (text.size() == month_size) return from_pieces(year, month, 0U);
  if (text.size() != day_size || text[month_size] != '-') return std::nullopt;
  return from_pieces(year, month, part(text.substr(month_size + 1), 2));
}

std::optional<Parts> read_any(std::string_view text) {
  constexpr std::size_t compact_size = 8;
  if (text.find('/') != std::string_view::npos) return read_slashes(text);
  if (text.size() == compact_size) {
    return from_pieces(number(text.substr(0, 4), 4, 4), part(text.substr(4, 2), 2),
                       part(text.substr(6), 2));
  }
  return read_hyphens(text);
}

std::string padded(unsigned value) { return (value < 10 ? "0" : "") + std::to_string(value); }

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n";
  text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
  return text.substr(0, text.find_last_not_of(blanks) + 1);
}

}  // namespace

std::optional<BirthDate> BirthDate::checked(const Parts& parts, int latest_year) {
  const auto& [year, month, day] = parts;
  if (year < earliest_year || year > latest_year || month > 12) return std::nullopt;
  if (day != 0) {
    const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month),
                                           std::chrono::day(day)};
    if (!date.ok()) return std::nullopt;
  }
  return BirthDate{parts};
}

std::optional<BirthDate> BirthDate::parse(std::string_view text, int current_year) {
  const auto parts = read_any(trimmed(text));
  if (!parts) return std::nullopt;
  return checked(*parts, current_year);
}

std::optional<BirthDate> BirthDate::from_text(std::string_view text) {
  const auto parts = read_hyphens(text);
  if (!parts) return std::nullopt;
  return checked(*parts, std::numeric_limits<int>::max());
}

std::optional<unsigned> BirthDate::month() const noexcept {
  return parts_.month == 0 ? std::nullopt : std::optional(parts_.month);
}

std::optional<unsigned> BirthDate::day() const noexcept {
  return parts_.day == 0 ? std::nullopt : std::optional(parts_.day);
}

BirthDate::Precision BirthDate::precision() const noexcept {
  if (parts_.month == 0) return Precision::year;
  return parts_.day == 0 ? Precision::month : Precision::day;
}

std::string BirthDate::to_text() const {
  std::string text = std::to_string(parts_.year);
  if (parts_.month != 0) text += "-" + padded(parts_.month);
  if (parts_.day != 0) text += "-" + padded(parts_.day);
  return text;
}

std::string BirthDate::display() const {
  std::string text;
  if (parts_.day != 0) text += padded(parts_.day) + "/";
  if (parts_.month != 0) text += padded(parts_.month) + "/";
  return text + std::to_string(parts_.year);
}

bool compatible(const BirthDate& left, const BirthDate& right) noexcept {
  const auto agree = [](std::optional<unsigned> a, std::optional<unsigned> b) {
    return !a || !b || *a == *b;
  };
  return left.year() == right.year() && agree(left.month(), right.month()) &&
         agree(left.day(), right.day());
}

bool fully_equal(const BirthDate& left, const BirthDate& right) noexcept {
  return left == right && left.precision() == BirthDate::Precision::day;
}

bool typed_in_new_year(const BirthDate& left, const BirthDate& right) noexcept {
  const auto new_year_of = [](const BirthDate& full, const BirthDate& bare) {
    return full.month() == 1U && full.day() == 1U &&
           bare.precision() == BirthDate::Precision::year && full.year() == bare.year();
  };
  return new_year_of(left, right) || new_year_of(right, left);
}

}  // namespace vneid::identity
