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

/// dd/mm/yyyy of that day, as people read it.
std::string date_for_people(Wall instant);

/// A stored date (yyyy, yyyy-mm, yyyy-mm-dd) as people read it, with the precision it has.
std::string date_for_people(std::string_view stored);

/// Whether a stored "valid until" lies before the day that `now` is in Vietnam. A date without a
/// day is over when its month or year is.
bool is_over(std::string_view stored, Wall now);

/// A time as nginx.conf has it: "300ms", "1m30s", "5" (seconds). Nothing when it is none.
std::optional<Milliseconds> parse_duration(std::string_view text);

}  // namespace vneid::text
