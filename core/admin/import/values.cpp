#include "admin/import/values.hpp"

#include <algorithm>
#include <array>
#include <chrono>

#include "identity/birth_date.hpp"
#include "text/date.hpp"

namespace vneid::admin {

namespace {

using text::vietnam;
constexpr int any_year = 9999;

/// Of two digits.
std::optional<int> number(std::string_view digits) {
  int value = 0;
  if (digits.empty()) return std::nullopt;
  for (char c : digits) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

/// "08:30" or "08:30:00", each part two digits.
std::optional<std::chrono::seconds> parse_clock(std::string_view text) {
  std::array<int, 3> parts{};
  if (text.size() != 5 && text.size() != 8) return std::nullopt;
  for (std::size_t i = 0; i * 3 < text.size(); ++i) {
    const auto part = number(text.substr(i * 3, 2));
    if (!part || *part > (i == 0 ? 23 : 59)) return std::nullopt;
    if (i > 0 && text[i * 3 - 1] != ':') return std::nullopt;
    parts[i] = *part;
  }
  return std::chrono::hours{parts[0]} + std::chrono::minutes{parts[1]} +
         std::chrono::seconds{parts[2]};
}

/// Takes "Z", "+07:00" or "-03:30" off the end of a time.
std::optional<std::chrono::seconds> take_zone(std::string_view& time) {
  if (time.ends_with('Z')) {
    time.remove_suffix(1);
    return std::chrono::seconds{0};
  }
  const auto sign = time.find_first_of("+-");
  if (sign == std::string_view::npos) return vietnam;
  const auto offset = parse_clock(time.substr(sign + 1));
  if (!offset) return std::nullopt;
  const bool west = time[sign] == '-';
  time = time.substr(0, sign);
  return west ? -*offset : *offset;
}

}  // namespace

std::optional<Wall> parse_instant(std::string_view text) {
  const auto gap = text.find_first_of("T ");
  const auto written = identity::BirthDate::parse(text.substr(0, gap), any_year);
  if (!written) return std::nullopt;
  const auto month = written->month();
  const auto day = written->day();
  if (!month || !day) return std::nullopt;
  const std::chrono::sys_days date{std::chrono::year{written->year()} / static_cast<int>(*month) /
                                   static_cast<int>(*day)};
  if (gap == std::string_view::npos) return Wall{date - vietnam};
  std::string_view time = text.substr(gap + 1);
  const auto zone = take_zone(time);
  const auto clock = parse_clock(time);
  if (!zone || !clock) return std::nullopt;
  return Wall{date + *clock - *zone};
}

std::optional<std::string> parse_partial_date(std::string_view text) {
  const auto date = identity::BirthDate::parse(text, any_year);
  if (!date) return std::nullopt;
  return date->to_text();
}

std::optional<bool> parse_flag(std::string_view text) {
  constexpr std::array yes{"true", "1", "yes", "có"};
  constexpr std::array no{"", "false", "0", "no", "không"};
  if (std::ranges::find(yes, text) != yes.end()) return true;
  if (std::ranges::find(no, text) != no.end()) return false;
  return std::nullopt;
}

std::unexpected<Problem> problem(const Line& line, std::string_view column, std::string reason) {
  return std::unexpected(
      Problem{.line = line.number(), .column = std::string{column}, .reason = std::move(reason)});
}

}  // namespace vneid::admin
