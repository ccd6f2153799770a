#pragma once

#include <string>
#include <string_view>

namespace vneid::text {

/// Where a login may go on to: `asked` when it is a path on this server, otherwise "/"
/// (domain.md §8.3). One '/' at its start, no second one or backslash behind it (browsers read
/// both as another host), no backslash at all, printable ASCII, at most 1000 bytes. A query is
/// fine; a fragment never comes to a server.
std::string safe_return(std::string_view asked);

}  // namespace vneid::text
