#include "text/date.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <utility>

namespace vneid::text {

namespace {

std::string padded(unsigned number) {
  return number < 10 ? "0" + std::to_string(number) : std::to_string(number);
}

std::string iso_day(Wall instant) {
  const std::chrono::year_month_day day{day_in_vietnam(instant)};
  return std::to_string(static_cast<int>(day.year())) + '-' +
         padded(static_cast<unsigned>(day.month())) + '-' +
         padded(static_cast<unsigned>(day.day()));
}

}  // namespace

std::chrono::sys_days day_in_vietnam(Wall instant) noexcept {
  return std::chrono::floor<std::chrono::days>(instant + vietnam);
}

int year_in_vietnam(Wall instant) noexcept {
  return static_cast<int>(std::chrono::year_month_day{day_in_vietnam(instant)}.year());
}

std::string date_for_people(Wall instant) { return date_for_people(iso_day(instant)); }

std::string date_for_people(std::string_view stored) {
  std::string text;
  if (stored.size() == 10) text += std::string(stored.substr(8, 2)) + '/';
  if (stored.size() >= 7) text += std::string(stored.substr(5, 2)) + '/';
  text += stored.substr(0, 4);
  return text;
}

bool is_over(std::string_view stored, Wall now) {
  if (stored.empty()) return false;
  const std::string today = iso_day(now);
  return stored < std::string_view{today}.substr(0, stored.size());
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
