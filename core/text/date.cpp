#include "text/date.hpp"

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

}  // namespace vneid::text
