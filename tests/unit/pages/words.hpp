#pragma once

#include <regex>
#include <string>

namespace vneid::pages {

/// What a reader sees of a page: tags gone, white space runs as one blank.
inline std::string words(const std::string& html) {
  const std::string text = std::regex_replace(html, std::regex("<[^>]*>"), " ");
  return std::regex_replace(text, std::regex("\\s+"), " ");
}

}  // namespace vneid::pages
