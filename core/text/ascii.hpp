#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace vneid::text {

// ASCII whatever the locale: these are bytes of protocols.

[[nodiscard]] constexpr char ascii_lower(char byte) noexcept {
  return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte - 'A' + 'a') : byte;
}

[[nodiscard]] constexpr bool is_digit(char byte) noexcept { return byte >= '0' && byte <= '9'; }

[[nodiscard]] constexpr bool is_alphanumeric(char byte) noexcept {
  return is_digit(byte) || (ascii_lower(byte) >= 'a' && ascii_lower(byte) <= 'z');
}

[[nodiscard]] constexpr bool is_control(char byte) noexcept {
  return static_cast<unsigned char>(byte) < 0x20 || byte == 0x7f;
}

[[nodiscard]] constexpr bool equal_without_case(std::string_view left,
                                                std::string_view right) noexcept {
  return std::ranges::equal(left, right, {}, ascii_lower, ascii_lower);
}

/// Without the blanks and tabs at both ends, as headers allow them.
[[nodiscard]] constexpr std::string_view trim(std::string_view text) noexcept {
  const auto is_blank = [](char byte) { return byte == ' ' || byte == '\t'; };
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

/// Letters, digits and the bytes of `others` only; not empty.
[[nodiscard]] constexpr bool consists_of(std::string_view text, std::string_view others) noexcept {
  return !text.empty() && std::ranges::all_of(text, [others](char byte) {
    return is_alphanumeric(byte) || others.contains(byte);
  });
}

/// RFC 9110 §5.6.2: names of headers and cookies.
[[nodiscard]] constexpr bool is_token(std::string_view text) noexcept {
  return consists_of(text, "!#$%&'*+-.^_`|~");
}

/// "a,b" as its words; nothing of an empty text.
[[nodiscard]] inline std::vector<std::string> comma_words(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const auto comma = text.find(',');
    words.emplace_back(text.substr(0, comma));
    text = comma == std::string_view::npos ? std::string_view{} : text.substr(comma + 1);
  }
  return words;
}

}  // namespace vneid::text
