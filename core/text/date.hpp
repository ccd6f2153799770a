#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "async/event_loop.hpp"

namespace vneid::text {

inline constexpr std::chrono::hours vietnam{7};  ///< no daylight saving since 1975

/// The day that it is in Vietnam at an instant.
std::chrono::sys_days day_in_vietnam(Wall instant) noexcept;
int year_in_vietnam(Wall instant) noexcept;

/// RFC 3339 in UTC, whole seconds: "2026-11-28T09:30:00Z".
std::string rfc3339(Wall instant);

/// dd/mm/yyyy of that day, as people read it.
std::string date_for_people(Wall instant);

/// A stored date (yyyy, yyyy-mm, yyyy-mm-dd) as people read it, with the precision it has.
std::string date_for_people(std::string_view stored);

/// yyyy-mm-dd of the day that it is in Vietnam, as dates are stored.
std::string stored_day(Wall instant);

/// A time as nginx.conf has it: "300ms", "1m30s", "5" (seconds). Nothing when it is none.
std::optional<Milliseconds> parse_duration(std::string_view text);

}  // namespace vneid::text
