#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "async/event_loop.hpp"

namespace vneid::text {

/// The Cookie header that a browser would send next, which sent `header` and got `set_cookies` (the
/// values of Set-Cookie headers) in answer. Paths and domains do not count: the answer is taken to
/// speak of the same cookies. A cookie that it both sets and takes away counts as set, since one of
/// the two is said of another path or of the session before. Of each cookie that was set, every
/// reader finds the new value (portal_cookies()), whatever else the browser sent.
std::string cookies_after(std::string_view header, const std::vector<std::string_view>& set_cookies,
                          Wall now);

}  // namespace vneid::text
