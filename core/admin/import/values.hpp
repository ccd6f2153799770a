#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "admin/import/table.hpp"
#include "async/event_loop.hpp"

/// Values as people write them into tables.
namespace vneid::admin {

/// An instant: 2023-11-20T08:30:00+07:00, 2023-11-20 08:30, 2023-11-20 or 20/11/2023. What names
/// no zone is Vietnam's time (+07); Z is UTC.
std::optional<Wall> parse_instant(std::string_view text);

/// yyyy, yyyy-mm or yyyy-mm-dd, from any form that BirthDate reads, in the past or the future.
std::optional<std::string> parse_partial_date(std::string_view text);

/// true, false, 1, 0, yes, no, có, không; empty is false.
std::optional<bool> parse_flag(std::string_view text);

std::unexpected<Problem> problem(const Line& line, std::string_view column, std::string reason);

}  // namespace vneid::admin
