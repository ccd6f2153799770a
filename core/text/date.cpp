#include "text/date.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <utility>

namespace vneid::text {

namespace {

std::string padded(unsigned number) {
  return number < 10 ? "0" + std::to_string(number) : std::to_string(number);
}

}  // namespace

std::chrono::sys_days day_in_vietnam(Wall instant) noexcept {
  return std::chrono::floor<std::chrono::days>(instant + vietnam);
}

int year_in_vietnam(Wall instant) noexcept {
  return static_cast<int>(std::chrono::year_month_day{day_in_vietnam(instant)}.year());
}

std::string rfc3339(Wall instant) {
  const auto day = std::chrono::floor<std::chrono::days>(instant);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss time{std::chrono::floor<std::chrono::seconds>(instant - day)};
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02dZ", int{date.year()},
                unsigned{date.month()}, unsigned{date.day()},
                static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                static_cast<int>(time.seconds().count()));
  return text.data();
}

std::string stored_day(Wall instant) {
  const std::chrono::year_month_day day{day_in_vietnam(instant)};
  return std::to_string(static_cast<int>(day.year())) + '-' +
         padded(static_cast<unsigned>(day.month())) + '-' +
         padded(static_cast<unsigned>(day.day()));
}

std::string date_for_people(Wall instant) { return date_for_people(stored_day(instant)); }

std::string date_for_people(std::string_view stored) {
  std::string text;
  if (stored.size() == 10) text += std::string(stored.substr(8, 2)) + '/';
  if (stored.size() >= 7) text += std::string(stored.substr(5, 2)) + '/';
  text += stored.substr(0, 4);
  return text;
}

std::optional<Milliseconds> parse_duration(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, std::int64_t>, 6> units{
      {{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}, {"", 1000}}};
  if (text.empty()) return {};
  std::int64_t total = 0;
  while (!text.empty()) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || value < 0 || value > 1'000'000'000) return {};
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    const auto* unit =
        std::ranges::find_if(units, [text](const auto& u) { return text.starts_with(u.first); });
    if (unit->first.empty() && !text.empty()) return {};
    text.remove_prefix(unit->first.size());
    total += value * unit->second;
  }
  return Milliseconds{total};
}

}  // namespace vneid::text
