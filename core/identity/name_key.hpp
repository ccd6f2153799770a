#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace vneid::identity {

inline constexpr std::size_t max_name_length = 200;  ///< code points, in NFC

enum class NameError : std::uint8_t {
  empty,
  not_utf8,
  forbidden_character,  ///< control, bidirectional, private use or unassigned
  too_long,
  no_letters,  ///< nothing of A–Z, 0–9 under the accents: nothing to compare by
};

/// Stable names for audit and API: "empty", "not_utf8", …
std::string_view to_text(NameError error) noexcept;

/// A name fit for storing and showing: NFC, one blank between words, look-alikes of Đ and of the
/// apostrophe replaced, invisible characters gone. Case and tone placement stay.
std::expected<std::string, NameError> clean_name(std::string_view name);

/// Two keys of a personal name, to compare names by. Both ignore normalisation form, case, blanks,
/// invisible characters and look-alikes.
struct NameKeys {
  /// Equal when it is the same name in writing, wherever the tone mark stands: "Hoà" and "Hòa"
  /// give "HOA:f". The tone follows its syllable as its Telex letter (f s r x j). Vowels keep
  /// their breve, circumflex or horn; i and y differ, as in law.
  std::string strict;
  /// Upper case without accents, blanks or signs: "NGUYENVANAN". Equal loose keys are a possible
  /// match only; also the form in which the population database is asked.
  std::string loose;

  static std::expected<NameKeys, NameError> make(std::string_view name);

  friend bool operator==(const NameKeys&, const NameKeys&) = default;
};

}  // namespace vneid::identity
