#pragma once

#include <string>
#include <string_view>

namespace vneid::text {

/// The value of a Cookie header.
struct CookieHeader {
  std::string_view text;
};

/// What a portal is sent of a Cookie header, and what it then reads as its session.
struct PortalCookies {
  std::string header;      ///< the Cookie header to send; empty: none
  std::string_view value;  ///< of the named cookie, in what was given; empty: the portal sees none
};

/// Rebuilds a Cookie header so that every portal reads the same value, or none, under `name`, the
/// portal's session cookie. What stays is in its order, behind the named cookie, so that nothing
/// that a reader stumbles over can hide it.
///
/// RFC 6265 §5.4 gives pairs; readers take more for one. Taken out are pieces without '=', names
/// that are no token (§4.1.1), which covers blanks of Unicode, quotes and the brackets of PHP;
/// names that some reader folds onto `name` (case, PHP's '.' and '+' to '_', percent escapes, as
/// Rack decodes them); RFC 2965's "$Version" and its like; control characters; and values in which
/// a reader that splits at commas or blanks, or minds quotes, would find the name. The named cookie
/// with two different values is taken out whole: nobody knows which of them the portal reads.
///
/// `name` must be a token.
PortalCookies portal_cookies(CookieHeader header, std::string_view name);

}  // namespace vneid::text
