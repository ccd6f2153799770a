#include "text/path_rule.hpp"

#include <algorithm>
#include <string>

#include "text/ascii.hpp"
#include "text/percent.hpp"
#include "text/utf8.hpp"

namespace vneid::text {

namespace {

const char* fault_of_byte(char byte) noexcept {
  switch (byte) {
    case ';':
      return "path parameter";
    case '\\':
      return "backslash";
    case '?':
      return "encoded question mark";
    case '#':
      return "number sign";
    default:
      return is_control(byte) ? "control character" : nullptr;
  }
}

/// Of the bytes as they came: each as it is, or the one that its escape stands for.
const char* fault_of_bytes(std::string_view path) noexcept {
  while (!path.empty()) {
    const int escaped = escaped_byte(path);
    if (path.front() == '%' && escaped < 0) return "percent sign that begins no escape";
    if (escaped == '/') return "encoded slash";
    const char byte = escaped < 0 ? path.front() : static_cast<char>(escaped);
    if (const char* fault = fault_of_byte(byte)) return fault;
    path.remove_prefix(escaped < 0 ? 1 : 3);
  }
  return nullptr;
}

/// Whether what was decoded would be decoded once more: "%41", and "%u0041" of IIS.
bool holds_escape(std::string_view decoded) noexcept {
  for (auto at = decoded.find('%'); at != std::string_view::npos; at = decoded.find('%', at + 1)) {
    const auto rest = decoded.substr(at);
    if (escaped_byte(rest) >= 0 || (rest.size() > 1 && ascii_lower(rest[1]) == 'u')) return true;
  }
  return false;
}

/// What a reader might trim away.
bool is_trimmed(char32_t point) noexcept { return is_blank(point) || is_invisible(point); }

const char* fault_of_segment(std::u32string_view segment) noexcept {
  if (segment.empty()) return "empty segment";
  if (segment == U"." || segment == U"..") return "dot segment";
  if (segment.back() == U'.') return "segment that ends with a dot";
  if (is_trimmed(segment.front())) return "segment that begins with a blank";
  if (is_trimmed(segment.back())) return "segment that ends with a blank";
  return nullptr;
}

const char* fault_of_segments(std::u32string_view path) noexcept {
  if (!path.starts_with(U'/')) return "no slash at the beginning";
  path.remove_prefix(1);
  while (!path.empty()) {  // behind the last slash there may be nothing
    const auto segment = path.substr(0, path.find(U'/'));
    if (const char* fault = fault_of_segment(segment)) return fault;
    path.remove_prefix(std::min(path.size(), segment.size() + 1));
  }
  return nullptr;
}

/// What most paths are, and every rule lets through: segments of letters, digits, '-' and '_', with
/// dots inside. No: the closer look decides.
bool is_ordinary(std::string_view path, PathRule rule) noexcept {
  char before = 0;
  for (const char byte : path) {
    const bool inside = (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') ||
                        byte == '-' || byte == '_' ||
                        (byte >= 'A' && byte <= 'Z' && rule != PathRule::lower);
    // Behind a slash comes a segment, and behind a dot the rest of one.
    const bool slash = byte == '/' && before != '/' && before != '.';
    const bool dot = byte == '.' && before != '/' && before != '.' && before != 0;
    if (!inside && !slash && !dot) return false;
    before = byte;
  }
  return path.starts_with('/') && before != '.';
}

bool is_c1_control(char32_t point) noexcept { return point >= 0x80 && point < 0xA0; }

}  // namespace

const char* path_fault(std::string_view path, PathRule rule) {
  if (rule == PathRule::any || is_ordinary(path, rule)) return nullptr;
  const std::string decoded = percent_decode(path);
  if (rule == PathRule::no_parameters) return decoded.contains(';') ? "path parameter" : nullptr;
  if (const char* fault = fault_of_bytes(path)) return fault;
  if (holds_escape(decoded)) return "double encoding";
  const auto points = decode_utf8(decoded);
  if (!points) return "bytes that are no UTF-8";
  if (std::ranges::any_of(*points, is_c1_control)) return "control character";
  if (const char* fault = fault_of_segments(*points)) return fault;
  const bool upper = std::ranges::any_of(decoded, [](char c) { return c != ascii_lower(c); });
  return rule == PathRule::lower && upper ? "letter in upper case" : nullptr;
}

}  // namespace vneid::text
