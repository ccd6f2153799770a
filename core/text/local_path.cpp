#include "text/local_path.hpp"

#include <algorithm>

#include "text/ascii.hpp"

namespace vneid::text {

namespace {

bool is_plain(char byte) { return byte > ' ' && byte <= '~' && byte != '\\'; }

/// In a page browsers encode what is not ASCII themselves.
bool is_plain_in_html(char byte) {
  return is_plain(byte) || static_cast<unsigned char>(byte) >= 0x80;
}

/// "." and "..", which browsers know in percent encoding too.
bool is_dots(std::string_view segment) {
  for (int dots = 0; dots < 3; ++dots) {
    if (segment.empty()) return dots > 0;
    const bool encoded = equal_without_case(segment.substr(0, 3), "%2e");
    if (!encoded && segment.front() != '.') return false;
    segment.remove_prefix(encoded ? 3 : 1);
  }
  return false;
}

/// Whether what is left of the path without its leading dots begins with two slashes.
bool names_host(std::string_view text) {
  std::string_view rest = text.substr(0, text.find('?'));
  while (!rest.empty()) {
    rest.remove_prefix(1);  // its slash
    if (rest.empty()) return false;
    const auto segment = rest.substr(0, rest.find('/'));
    if (segment.empty()) return true;
    if (!is_dots(segment)) return false;
    rest.remove_prefix(segment.size());
  }
  return false;
}

}  // namespace

std::optional<LocalPath> LocalPath::parse(std::string_view text) {
  const bool good = text.starts_with('/') && text.size() <= longest &&
                    std::ranges::all_of(text, is_plain) && !names_host(text);
  return good ? std::optional{LocalPath{text}} : std::nullopt;
}

bool is_safe_href(std::string_view href) {
  if (!std::ranges::all_of(href, is_plain_in_html)) return false;
  const bool absolute = href.starts_with("https://") || href.starts_with("http://");
  return absolute || (href.starts_with('/') && !names_host(href));
}

}  // namespace vneid::text
