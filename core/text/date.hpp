#pragma once

#include <string>
#include <string_view>

#include "async/event_loop.hpp"

namespace vneid::text {

/// dd/mm/yyyy in Vietnam (+07, no daylight saving), as people read an instant.
std::string date_for_people(Wall instant);

/// A stored date (yyyy, yyyy-mm, yyyy-mm-dd) as people read it, with the precision it has.
std::string date_for_people(std::string_view stored);

/// Whether a stored "valid until" lies before the day that `now` is in Vietnam. A date without a
/// day is over when its month or year is.
bool is_over(std::string_view stored, Wall now);

}  // namespace vneid::text
