#include "text/date.hpp"

#include <array>
#include <cstdio>

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

}  // namespace vneid::text
