#pragma once

#include <string>
#include <string_view>

namespace vneid::pages {

/// A file that pages refer to, at `<path>assets/<name>`. The name changes with the content, so it
/// may be cached for ever.
struct Asset {
  std::string name;  ///< e.g. "style.0123456789ab.css"
  std::string content_type;
  std::string body;
};

/// What of a content's hash stands in its name: 12 hexadecimal digits of its SHA-256.
std::string short_hash(std::string_view content);

/// A style sheet as it is served: without comments, blank lines and indentation. Of quoted text in
/// it, none may hold a comment or a line end.
std::string compact_style(std::string_view style);

}  // namespace vneid::pages
