#include "identity/masking.hpp"

#include <algorithm>
#include <limits>
#include <optional>

#include "identity/citizen_number.hpp"
#include "text/utf8.hpp"

namespace vneid::identity {

namespace {

constexpr std::string_view unreadable = "***";
/// Longer names are cut in their masked middle.
constexpr std::size_t max_stars = 20;
constexpr std::size_t max_input = 4096;  ///< bytes

/// NFC, so that a letter and its marks are hidden or shown together; nothing that could reorder
/// or break the line.
std::optional<std::u32string> displayable(std::string_view text) {
  if (text.size() > max_input) return std::nullopt;
  const auto points = text::decode_utf8(text);
  if (!points) return std::nullopt;
  std::u32string result = text::to_nfc(*points);
  std::erase_if(result, text::is_invisible);
  std::ranges::replace_if(result, text::is_blank, U' ');
  std::ranges::replace_if(result, text::is_forbidden, U'*');
  const std::size_t begin = std::min(result.find_first_not_of(U' '), result.size());
  result.erase(0, begin);
  result.erase(result.find_last_not_of(U' ') + 1);
  return result;
}

}  // namespace

std::string mask_account(std::string_view account) {
  // Masking is no place to judge the year in a number.
  const auto number = CitizenNumber::parse(account, std::numeric_limits<int>::max());
  if (number) return number->masked();
  if (const auto cmnd = Cmnd::parse(account)) return cmnd->masked();

  const auto points = displayable(account);
  if (!points || points->empty()) return std::string(unreadable);
  const std::size_t shown = std::min<std::size_t>(points->size() / 3, 6);
  const std::size_t front = (shown + 1) / 2;
  const std::size_t back = shown / 2;
  const std::size_t stars = std::min(points->size() - shown, max_stars);
  return text::encode_utf8(points->substr(0, front)) + std::string(stars, '*') +
         text::encode_utf8(points->substr(points->size() - back));
}

std::string mask_name(std::string_view name) {
  const auto points = displayable(name);
  if (!points || points->empty()) return std::string(unreadable);
  const bool single = points->find(U' ') == std::u32string::npos;
  std::u32string masked;
  std::size_t word = 0;
  bool at_start = true;
  for (const char32_t point : *points) {
    if (point == U' ') {
      if (!at_start) ++word;
      if (!at_start) masked += point;
      at_start = true;
      continue;
    }
    // A family name has no digits; a number typed into the wrong field has.
    const bool family_name = word == 0 && !single && !(point >= U'0' && point <= U'9');
    const bool shown = at_start || family_name;
    masked += shown ? point : U'*';
    at_start = false;
  }
  return text::encode_utf8(masked);
}

}  // namespace vneid::identity
