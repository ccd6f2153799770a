#pragma once

#include <string>
#include <string_view>

#include "async/event_loop.hpp"

namespace vneid {

/// Our cookies. `__Host-` keeps other hosts of the domain from planting them (RFC 6265bis §4.1.3).
namespace cookie_name {
inline constexpr std::string_view ticket = "__Host-vneid-ticket";
inline constexpr std::string_view flow = "__Host-vneid-flow";
inline constexpr std::string_view session = "__Host-vneid-session";
inline constexpr std::string_view portal = "__Host-vneid-portal";
inline constexpr std::string_view post = "__Host-vneid-post";
inline constexpr std::string_view later = "__Host-vneid-later";
}  // namespace cookie_name

/// Whether text has the form of crypto::random_token().
bool is_random_token(std::string_view text) noexcept;

/// The first value of that form under the name; empty when there is none.
std::string token_in(std::string_view header, std::string_view name);

/// The browser's flow cookie: the first well-formed value, or empty.
std::string browser_of(std::string_view cookie_header);

/// A Set-Cookie value: Secure, HttpOnly, SameSite=Lax (the callback is a cross-site top-level GET),
/// Path=/. `max_age` zero: until the browser closes.
std::string set_cookie(std::string_view name, std::string_view value,
                       std::chrono::seconds max_age = std::chrono::seconds{0});

/// Takes the cookie away; carries the same attributes, or browsers ignore it.
std::string expire_cookie(std::string_view name);

}  // namespace vneid
