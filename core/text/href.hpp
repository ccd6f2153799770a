#pragma once

#include <string_view>

namespace vneid::text {

/// Whether a page may link there: a path on this server, or an absolute http(s) address. Not
/// `javascript:` and the like, and not what browsers read as another host ("//host", "/\host").
bool is_safe_href(std::string_view href) noexcept;

}  // namespace vneid::text
