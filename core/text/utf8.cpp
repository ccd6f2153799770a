#include "text/utf8.hpp"

#include <new>

#include <utf8proc.h>

namespace vneid::text {

namespace {

/// utf8proc's flags are an enum of single bits that its functions take combined.
utf8proc_option_t options(int flags) {
  return static_cast<utf8proc_option_t>(flags);  // NOLINT(clang-analyzer-optin.core.EnumCast*)
}

/// utf8proc's flags.
struct Form {
  int composed = 0;  ///< UTF8PROC_COMPOSE or 0
  int folded = 0;    ///< UTF8PROC_CASEFOLD or 0
};

std::u32string normalized(std::u32string_view points, Form form) {
  // A code point decomposes into four at most (U+0390 and its like into three; UAX #15 table 2).
  constexpr std::size_t expansion = 4;
  std::u32string buffer(points.size() * expansion, U'\0');
  auto* out = reinterpret_cast<utf8proc_int32_t*>(buffer.data());
  const std::string text = encode_utf8(points);
  const utf8proc_ssize_t length = utf8proc_decompose(
      reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
      static_cast<utf8proc_ssize_t>(text.size()), out, static_cast<utf8proc_ssize_t>(buffer.size()),
      options(UTF8PROC_STABLE | UTF8PROC_DECOMPOSE | form.folded));
  if (length < 0 || static_cast<std::size_t>(length) > buffer.size()) throw std::bad_alloc();
  const utf8proc_ssize_t composed =
      utf8proc_normalize_utf32(out, length, options(UTF8PROC_STABLE | form.composed));
  if (composed < 0) throw std::bad_alloc();
  buffer.resize(static_cast<std::size_t>(composed));
  return buffer;
}

bool is_line_end(char32_t point) noexcept {
  return (point >= U'\t' && point <= U'\r') || point == U'\u0085';
}

}  // namespace

std::optional<std::u32string> decode_utf8(std::string_view text) {
  std::u32string points;
  points.reserve(text.size());
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  auto left = static_cast<utf8proc_ssize_t>(text.size());
  while (left > 0) {
    utf8proc_int32_t point = 0;
    const utf8proc_ssize_t used = utf8proc_iterate(bytes, left, &point);
    if (used <= 0 || point < 0) return std::nullopt;
    points += static_cast<char32_t>(point);
    bytes += used;
    left -= used;
  }
  return points;
}

std::string encode_utf8(std::u32string_view points) {
  std::string text;
  text.reserve(points.size());
  for (const char32_t point : points) {
    utf8proc_uint8_t bytes[4];
    const utf8proc_ssize_t length =
        utf8proc_encode_char(static_cast<utf8proc_int32_t>(point), bytes);
    text.append(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(length));
  }
  return text;
}

std::u32string to_nfd(std::u32string_view points) { return normalized(points, {}); }

std::u32string to_nfc(std::u32string_view points) { return normalized(points, {UTF8PROC_COMPOSE}); }

std::u32string fold_case(std::u32string_view points) {
  return normalized(points, {UTF8PROC_COMPOSE, UTF8PROC_CASEFOLD});
}

bool is_blank(char32_t point) noexcept {
  if (is_line_end(point)) return true;
  const utf8proc_category_t category = utf8proc_category(static_cast<utf8proc_int32_t>(point));
  return category == UTF8PROC_CATEGORY_ZS || category == UTF8PROC_CATEGORY_ZL ||
         category == UTF8PROC_CATEGORY_ZP;
}

bool is_invisible(char32_t point) noexcept {
  switch (point) {
    case U'\u00AD':  // soft hyphen
    case U'\u034F':  // combining grapheme joiner: would keep marks from being put in order
    case U'\u180E':  // Mongolian vowel separator, once a zero-width space
    case U'\u200B':  // zero-width space
    case U'\u200C':  // zero-width non-joiner
    case U'\u200D':  // zero-width joiner
    case U'\u2060':  // word joiner
    case U'\uFEFF':  // byte order mark
      return true;
    default:
      return false;
  }
}

bool is_forbidden(char32_t point) noexcept {
  if (is_blank(point) || is_invisible(point)) return false;
  switch (utf8proc_category(static_cast<utf8proc_int32_t>(point))) {
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF:  // all bidirectional controls are here
    case UTF8PROC_CATEGORY_CS:
    case UTF8PROC_CATEGORY_CO:
    case UTF8PROC_CATEGORY_CN:
      return true;
    default:
      return false;
  }
}

}  // namespace vneid::text
