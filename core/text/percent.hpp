#pragma once

#include <string>
#include <string_view>

namespace vneid::text {

/// The value of a hexadecimal digit; -1 for what is none.
[[nodiscard]] constexpr int hex_value(char digit) noexcept {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  return -1;
}

/// The byte that "%XX" at the beginning of `text` stands for; -1 when it begins otherwise.
[[nodiscard]] constexpr int escaped_byte(std::string_view text) noexcept {
  if (text.size() < 3 || text[0] != '%') return -1;
  const int high = hex_value(text[1]);
  const int low = hex_value(text[2]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

/// Each "%XX" as the byte it stands for; what only looks like one stays as it is. Once: "%2541"
/// becomes "%41".
[[nodiscard]] std::string percent_decode(std::string_view text);

}  // namespace vneid::text
