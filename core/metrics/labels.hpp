#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace vneid::metrics {

/// The names of an enum's values, "one, two, three".
template <class Labels>
inline constexpr std::string_view words;

/// Declares an enum whose names are what the outside sees: one list, so that name and value cannot
/// drift apart. An enum is also all that can become a label: no text of a request ever does.
#define VNEID_LABELS(Labels, ...)                     \
  enum class Labels : std::uint8_t { __VA_ARGS__ };   \
  template <>                                         \
  inline constexpr std::string_view words<Labels> = { \
      #__VA_ARGS__}  // NOLINT(bugprone-macro-parentheses)

/// How many names a list has.
constexpr std::size_t count_words(std::string_view list) noexcept {
  std::size_t count = list.empty() ? 0 : 1;
  for (const char byte : list) count += byte == ',' ? 1U : 0U;
  return count;
}

/// The name at a place of the list; empty behind its end.
constexpr std::string_view word_at(std::string_view list, std::size_t index) noexcept {
  for (; index > 0; --index) {
    const auto comma = list.find(", ");
    if (comma == std::string_view::npos) return {};
    list.remove_prefix(comma + 2);
  }
  return list.substr(0, list.find(','));
}

template <class Labels>
inline constexpr std::size_t label_count = count_words(words<Labels>);

/// The name of a value, as scrapes and the status show it; empty for what is no value.
template <class Labels>
constexpr std::string_view label_text(Labels label) noexcept {
  return word_at(words<Labels>, static_cast<std::size_t>(label));
}

}  // namespace vneid::metrics
