#pragma once

#include <string_view>

#include "session/withheld_answer.hpp"

namespace vneid::flows {

/// Makes a withheld answer mean the same when another URL sends it later: a Location relative to
/// the login's path becomes an absolute path (RFC 3986 §5.2), and a Set-Cookie without Path gets
/// the default path of the login's URL (RFC 6265 §5.1.4), or the browser would keep the portal's
/// session for our pages alone. `path` is the login's, as the browser asked for it.
void make_absolute(WithheldAnswer& answer, std::string_view path);

/// Whether the answer sets any cookie. One that sets none withholds nothing.
bool sets_cookie(const WithheldAnswer& answer);

}  // namespace vneid::flows
