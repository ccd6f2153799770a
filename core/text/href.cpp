#include "text/href.hpp"

#include <algorithm>

namespace vneid::text {

bool is_safe_href(std::string_view href) noexcept {
  const bool plain = std::none_of(href.begin(), href.end(), [](char c) {
    return static_cast<unsigned char>(c) <= 0x20 || c == 0x7F || c == '\\';
  });
  if (!plain) return false;
  if (href.starts_with("https://") || href.starts_with("http://")) return true;
  return href.starts_with('/') && !href.starts_with("//");
}

}  // namespace vneid::text
