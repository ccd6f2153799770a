#include "pages/face/asset.hpp"

#include "crypto/digest.hpp"

namespace vneid::pages {

std::string short_hash(std::string_view content) {
  constexpr std::size_t digits = 12;
  return crypto::hex(crypto::sha256(content)).substr(0, digits);
}

std::string compact_style(std::string_view style) {
  std::string out;
  while (!style.empty()) {
    if (style.starts_with("/*")) {
      const auto end = style.find("*/", 2);
      style.remove_prefix(end == std::string_view::npos ? style.size() : end + 2);
      continue;
    }
    const char c = style.front();
    style.remove_prefix(1);
    const bool begins_line = out.empty() || out.back() == '\n';
    if (begins_line && (c == ' ' || c == '\t' || c == '\n')) continue;
    out += c;
  }
  return out;
}

}  // namespace vneid::pages
