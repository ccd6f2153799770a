#include <array>
#include <cstdio>

#include "net/postgres/database.hpp"

namespace vneid::postgres {

namespace {

// libpq takes text as C strings: without this, everything after a NUL byte would silently vanish.
void refuse_nul(std::string_view value) {
  if (value.find('\0') != std::string_view::npos) {
    throw StatementError({.sqlstate = "22021",
                          .constraint = "",
                          .message = "postgres 22021: text parameter with a NUL byte"});
  }
}

}  // namespace

Params& Params::text(std::string_view value) {
  refuse_nul(value);
  values_.push_back({.data = std::string(value), .binary = false});
  return *this;
}

Params& Params::text(const std::optional<std::string>& value) {
  return value ? text(std::string_view{*value}) : null();
}

Params& Params::bytes(std::string_view value) {
  values_.push_back({.data = std::string(value), .binary = true});
  return *this;
}

Params& Params::bytes(const std::optional<std::string>& value) {
  return value ? bytes(std::string_view{*value}) : null();
}

Params& Params::integer(std::int64_t value) {
  values_.push_back({.data = std::to_string(value), .binary = false});
  return *this;
}

Params& Params::boolean(bool value) {
  values_.push_back({.data = value ? "t" : "f", .binary = false});
  return *this;
}

Params& Params::null() {
  values_.push_back({.data = std::nullopt, .binary = false});
  return *this;
}

Params& Params::text_array(std::span<const std::string> values) {
  std::string literal = "{";
  for (const auto& value : values) {
    refuse_nul(value);
    if (literal.size() > 1) literal += ',';
    literal += '"';
    for (const char character : value) {
      if (character == '"' || character == '\\') literal += '\\';
      literal += character;
    }
    literal += '"';
  }
  literal += '}';
  values_.push_back({.data = std::move(literal), .binary = false});
  return *this;
}

Params& Params::instant(Wall value) {
  const auto day = std::chrono::floor<std::chrono::days>(value);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss time{value - day};
  const int year = int{date.year()};
  if (year < 1 || year > 9999) throw std::out_of_range("instant outside the years 1 to 9999");
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02u %02d:%02d:%02d.%03d+00", year,
                unsigned{date.month()}, unsigned{date.day()},
                static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                static_cast<int>(time.seconds().count()),
                static_cast<int>(time.subseconds().count()));
  values_.push_back({.data = text.data(), .binary = false});
  return *this;
}

}  // namespace vneid::postgres
