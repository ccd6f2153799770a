#pragma once

#include <optional>
#include <string>

#include "flows/base/base.hpp"

namespace vneid::flows {

/// Some portals keep the session that the browser had before its login, and with it the login is in
/// the browser already. Then the session's cookie is taken out of it and comes back with the
/// withheld answer, as far as a server can do that (a copy that somebody has made opens still: only
/// a gate closes that). Gives the Set-Cookie value that takes it away; nothing for a portal that
/// speaks of its session, or whose cookie nobody has named.
std::optional<std::string> take_kept_session(const Exchange& exchange, LegacyLogin& login);

}  // namespace vneid::flows
