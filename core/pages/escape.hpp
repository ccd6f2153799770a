#pragma once

#include <string>
#include <string_view>

namespace vneid::pages {

/// Text for HTML content and for quoted attribute values: the five characters with meaning there
/// become references; what is no UTF-8, and control characters but tab and line ends, become
/// U+FFFD; characters that turn the direction of writing, which could make a name or a number read
/// as another, are left out.
std::string escape_html(std::string_view text);

}  // namespace vneid::pages
