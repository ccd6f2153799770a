#pragma once

#include <string>
#include <string_view>
#include <vector>

/// Who fills nginx's variables: what the browser may choose proves nothing (D15).
namespace vneid::policy {

/// The variables that a value of nginx.conf names, in lower case as nginx knows them.
std::vector<std::string> variables_in(std::string_view value);

/// What only the portal's answer fills.
bool is_portals_own(std::string_view variable);

/// What the browser fills as it likes. Of other variables (maps) nobody can tell.
bool is_browsers_own(std::string_view variable);

/// Whether the value names variables, and only the portal's own.
bool is_portals_word(std::string_view value);

}  // namespace vneid::policy
