#include "pages/face/contact.hpp"

namespace vneid::pages {

std::string telephone_href(std::string_view text) {
  constexpr std::size_t fewest = 3;
  constexpr std::size_t most = 15;  // E.164
  std::string digits;
  bool with_country = false;
  for (const char c : text) {
    if (c >= '0' && c <= '9') {
      digits += c;
    } else if (c == '+' && digits.empty() && !with_country) {
      with_country = true;
    } else if (std::string_view{" .-()"}.find(c) == std::string_view::npos) {
      return {};
    }
  }
  if (digits.size() < fewest || digits.size() > most) return {};
  return (with_country ? "tel:+" : "tel:") + digits;
}

}  // namespace vneid::pages
