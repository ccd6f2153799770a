#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "probe/advice.hpp"
#include "probe/report.hpp"
#include "probe/seen.hpp"

/// The parts of the report.
namespace vneid::probe {

/// Printable ASCII, cut: what a portal sent, on a terminal.
std::string printable(std::string_view text);
std::string listed(const std::vector<std::string>& words);

std::vector<Report::Line> what_was_seen(const Seen& seen);
std::string sentence(const Seen& seen, const Advice& advice);
std::vector<std::string> location_lines(const Seen& seen, const Advice& advice);
std::vector<std::string> server_lines(const Advice& advice);
std::vector<std::string> warnings(const Seen& seen, const Advice& advice);

}  // namespace vneid::probe
