#pragma once

#include <cstdint>
#include <string_view>

namespace vneid::text {

/// Which paths are let through to a portal.
enum class PathRule : std::uint8_t {
  any,
  no_parameters,  ///< no path parameters (";jsessionid=…", RFC 3986 §3.3)
  plain,          ///< only what every parser reads alike
  lower,          ///< also no letters of ASCII in upper case, for portals that mind no case
};

/// What makes two parsers read the path differently: nginx, which chooses the location (and the
/// gate) by it, and the portal, which is sent it as the browser wrote it. Null: nothing; else a
/// literal for the log.
///
/// `path` is as in the request line, without the query. Under `plain`: bytes that are raw or behind
/// a "%XX" and that some portal takes for more than text ('/' '\' ';' '?' '#', control
/// characters), empty and dot segments, segments that begin with a blank or end with a blank or a
/// dot (Windows drops it), escapes that are none or that decode to another escape, and bytes that
/// are no UTF-8. "%41" for "A" is fine: nginx decodes it before it chooses.
const char* path_fault(std::string_view path, PathRule rule);

}  // namespace vneid::text
