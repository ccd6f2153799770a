#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>

#include "audit/seal/stored_event.hpp"

namespace vneid::audit {

namespace {

using Instant = std::chrono::sys_time<std::chrono::microseconds>;

constexpr std::string_view form = "0000-00-00T00:00:00.000000Z";

std::optional<int> digits(std::string_view text, std::size_t at, std::size_t count) {
  int value = 0;
  const char* end = text.data() + at + count;
  const auto [stop, error] = std::from_chars(text.data() + at, end, value);
  if (error != std::errc{} || stop != end || text[at] == '-') return std::nullopt;
  return value;
}

}  // namespace

std::string microseconds_of(const std::string& expression) {
  return "case when isfinite(" + expression + ") then (extract(epoch from " + expression +
         ") * 1000000)::bigint when " + expression +
         " > now() then 9223372036854775807 else -9223372036854775808 end";
}

std::string instant_text(std::int64_t microseconds) {
  constexpr std::int64_t year_1 = -62'135'596'800'000'000;
  constexpr std::int64_t year_10000 = 253'402'300'800'000'000;
  if (microseconds < year_1 || microseconds >= year_10000) return {};
  const Instant instant{std::chrono::microseconds{microseconds}};
  const auto day = std::chrono::floor<std::chrono::days>(instant);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss time{instant - day};
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%06dZ", int{date.year()},
                unsigned{date.month()}, unsigned{date.day()},
                static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                static_cast<int>(time.seconds().count()),
                static_cast<int>(time.subseconds().count()));
  return text.data();
}

std::optional<std::int64_t> instant_from_text(std::string_view text) {
  if (text.size() != form.size()) return std::nullopt;
  std::array<int, 7> numbers{};
  constexpr std::array<std::array<std::size_t, 2>, 7> places{
      {{0, 4}, {5, 2}, {8, 2}, {11, 2}, {14, 2}, {17, 2}, {20, 6}}};
  for (std::size_t i = 0; i < places.size(); ++i) {
    const auto number = digits(text, places[i][0], places[i][1]);
    if (!number) return std::nullopt;
    numbers[i] = *number;
  }
  const std::chrono::year_month_day date{std::chrono::year{numbers[0]},
                                         std::chrono::month{static_cast<unsigned>(numbers[1])},
                                         std::chrono::day{static_cast<unsigned>(numbers[2])}};
  if (!date.ok()) return std::nullopt;
  const Instant instant = std::chrono::sys_days{date} + std::chrono::hours{numbers[3]} +
                          std::chrono::minutes{numbers[4]} + std::chrono::seconds{numbers[5]} +
                          std::chrono::microseconds{numbers[6]};
  const std::int64_t value = instant.time_since_epoch().count();
  if (instant_text(value) != text) return std::nullopt;  // 24:00, a wrong separator
  return value;
}

}  // namespace vneid::audit
