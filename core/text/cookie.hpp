#pragma once

#include <chrono>
#include <optional>
#include <string_view>
#include <vector>

#include "async/event_loop.hpp"

/// Cookies as RFC 6265 has them, read in this one place.
namespace vneid::text {

struct CookiePair {
  std::string_view name;
  std::string_view value;
};

/// The pairs of a Cookie header, in order; pieces without '=' or without a name are passed over.
std::vector<CookiePair> cookie_pairs(std::string_view header);

/// The values that a Cookie header gives for a name, in order. A browser may send a name twice; the
/// caller takes the value that authenticates. At most eight values are looked at.
std::vector<std::string_view> cookie_values(std::string_view header, std::string_view name);

/// A Set-Cookie header as a browser understands it (RFC 6265 §5.2).
struct SetCookie {
  std::string_view name;
  std::string_view value;
  /// Of the last Path that begins with '/'; empty: the default path (§5.1.4).
  std::string_view path;
  /// It takes the cookie away: Max-Age of zero or less, which wins over Expires, or a date that has
  /// passed by `now`, or an empty value, with which portals sign out.
  bool removes = false;
  /// How long from `now`, by the same rules; nothing: as long as the browser runs.
  std::optional<std::chrono::seconds> lives;
};

/// Nothing for a header that browsers ignore whole: without '=' or without a name.
std::optional<SetCookie> parse_set_cookie(std::string_view header, Wall now);

}  // namespace vneid::text
