#include "text/cookie.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <limits>
#include <string>
#include <system_error>

#include <curl/curl.h>

#include "text/ascii.hpp"

namespace vneid::text {

namespace {

constexpr std::size_t most_values = 8;

/// Takes the piece before the next ';' off.
std::string_view next_piece(std::string_view& rest) {
  const auto piece = rest.substr(0, rest.find(';'));
  rest.remove_prefix(std::min(rest.size(), piece.size() + 1));
  return trim(piece);
}

CookiePair split(std::string_view piece, std::size_t equals) {
  return {trim(piece.substr(0, equals)), trim(piece.substr(std::min(equals + 1, piece.size())))};
}

/// Without '=' all of it is the name, as of an attribute.
CookiePair pair_of(std::string_view piece) {
  return split(piece, std::min(piece.find('='), piece.size()));
}

std::optional<CookiePair> cookie_of(std::string_view piece) {
  const auto equals = piece.find('=');
  if (equals == std::string_view::npos) return std::nullopt;
  const CookiePair pair = split(piece, equals);
  return pair.name.empty() ? std::nullopt : std::optional{pair};
}

/// §5.2.2: ignored unless it is a number. Of more than anybody lives, the most that a number holds.
std::optional<std::chrono::seconds> life_by_age(std::string_view value) {
  const auto digits = value.substr(value.starts_with('-') ? 1 : 0);
  if (!std::ranges::all_of(digits, is_digit) || value.empty()) return std::nullopt;
  if (value.starts_with('-')) return std::chrono::seconds{0};
  std::int32_t seconds = 0;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), seconds);
  if (read.ec == std::errc::result_out_of_range) seconds = std::numeric_limits<std::int32_t>::max();
  return std::chrono::seconds{seconds};
}

/// §5.2.1: ignored unless it is a date. §5.1.1 reads the year 70 as 1970, which portals write to
/// take a cookie away ("01-Jan-70"); libcurl reads it as 2070.
std::optional<std::chrono::seconds> life_by_date(std::string_view value, Wall now) {
  const std::string date{value};
  const time_t when = curl_getdate(date.c_str(), nullptr);
  if (when == -1) return std::nullopt;
  const Wall end{std::chrono::seconds{when}};
  const std::chrono::year_month_day day{std::chrono::floor<std::chrono::days>(end)};
  const bool year_70 = day.year() == std::chrono::year{2070} && !date.contains("2070");
  if (year_70 || end <= now) return std::chrono::seconds{0};
  return std::chrono::ceil<std::chrono::seconds>(end - now);
}

}  // namespace

std::vector<CookiePair> cookie_pairs(std::string_view header) {
  std::vector<CookiePair> pairs;
  pairs.reserve(static_cast<std::size_t>(std::ranges::count(header, ';')) + 1);
  while (!header.empty()) {
    if (const auto pair = cookie_of(next_piece(header))) pairs.push_back(*pair);
  }
  return pairs;
}

// NOLINTNEXTLINE(bugprone-easily-swappable-parameters): as one looks up a name
std::vector<std::string_view> cookie_values(std::string_view header, std::string_view name) {
  std::vector<std::string_view> values;
  while (!header.empty() && values.size() < most_values) {
    const auto piece = next_piece(header);
    if (!piece.starts_with(name)) continue;  // most are others', and need no closer look
    const auto pair = cookie_of(piece);
    if (pair && pair->name == name) values.push_back(pair->value);
  }
  return values;
}

std::optional<SetCookie> parse_set_cookie(std::string_view header, Wall now) {
  const auto pair = cookie_of(next_piece(header));
  if (!pair) return std::nullopt;
  SetCookie cookie{.name = pair->name, .value = pair->value};
  std::optional<std::chrono::seconds> by_age;
  std::optional<std::chrono::seconds> by_date;
  while (!header.empty()) {
    const auto [name, value] = pair_of(next_piece(header));
    if (equal_without_case(name, "max-age")) {
      if (const auto life = life_by_age(value)) by_age = life;
    } else if (equal_without_case(name, "expires")) {
      if (const auto life = life_by_date(value, now)) by_date = life;
    } else if (equal_without_case(name, "path")) {
      cookie.path = value.starts_with('/') ? value : std::string_view{};
    }
  }
  cookie.lives = by_age ? by_age : by_date;
  cookie.removes = cookie.value.empty() || cookie.lives == std::chrono::seconds{0};
  return cookie;
}

}  // namespace vneid::text
