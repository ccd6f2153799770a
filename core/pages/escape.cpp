#include "pages/escape.hpp"

#include <utf8proc.h>

namespace vneid::pages {

namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";

bool turns_direction(utf8proc_int32_t c) {
  return (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) || c == 0x200E ||
         c == 0x200F || c == 0x061C;
}

bool is_control(utf8proc_int32_t c) {
  return (c < 0x20 && c != '\t' && c != '\n' && c != '\r') || (c >= 0x7F && c < 0xA0);
}

std::string_view reference(utf8proc_int32_t c) {
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    case '\'':
      return "&#39;";
    default:
      return {};
  }
}

}  // namespace

std::string escape_html(std::string_view text) {
  std::string out;
  out.reserve(text.size() + text.size() / 8);
  while (!text.empty()) {
    utf8proc_int32_t c = -1;
    const auto size = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                       static_cast<utf8proc_ssize_t>(text.size()), &c);
    const auto length = size > 0 ? static_cast<std::size_t>(size) : 1;
    if (size <= 0 || is_control(c)) {
      out += replacement;
    } else if (const auto ref = reference(c); !ref.empty()) {
      out += ref;
    } else if (!turns_direction(c)) {
      out += text.substr(0, length);
    }
    text.remove_prefix(length);
  }
  return out;
}

}  // namespace vneid::pages
