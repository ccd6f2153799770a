#include "identity/name_key.hpp"

#include <algorithm>

#include <utf8proc.h>

#include "text/utf8.hpp"

namespace vneid::identity {

namespace {

/// Bounds the work on hostile input before anything is known about it.
constexpr std::size_t max_input = max_name_length * 16;  ///< bytes

char32_t plain_look_alike(char32_t point) {
  switch (point) {
    case U'\u00D0':  // Eth
    case U'\u0189':  // African D
      return U'\u0110';
    case U'\u00F0':
    case U'\u0256':
      return U'\u0111';
    case U'`':
    case U'\u00B4':  // acute accent
    case U'\u02BC':  // modifier letter apostrophe
    case U'\u02B9':  // modifier letter prime
    case U'\u2018':  // quotation marks
    case U'\u2019':
    case U'\u201B':
    case U'\u2032':  // prime
    case U'\uFF07':  // full-width apostrophe
      return U'\'';
    default:
      return point;
  }
}

std::expected<std::u32string, NameError> cleaned(std::string_view name) {
  if (name.size() > max_input) return std::unexpected(NameError::too_long);
  auto points = text::decode_utf8(name);
  if (!points) return std::unexpected(NameError::not_utf8);
  if (std::ranges::any_of(*points, text::is_forbidden)) {
    return std::unexpected(NameError::forbidden_character);
  }
  std::erase_if(*points, text::is_invisible);
  std::ranges::transform(*points, points->begin(), plain_look_alike);
  std::u32string result;
  for (const char32_t point : text::to_nfc(*points)) {
    if (!text::is_blank(point)) {
      result += point;
    } else if (!result.empty() && result.back() != U' ') {
      result += U' ';
    }
  }
  if (result.ends_with(U' ')) result.pop_back();
  if (result.empty()) return std::unexpected(NameError::empty);
  if (result.size() > max_name_length) return std::unexpected(NameError::too_long);
  return result;
}

char32_t upper(char32_t point) {
  return static_cast<char32_t>(utf8proc_toupper(static_cast<utf8proc_int32_t>(point)));
}

/// The Telex letter of a tone mark, 0 for any other code point: breve, circumflex and horn make
/// another vowel and are no tones.
char32_t tone_letter(char32_t point) {
  switch (point) {
    case U'\u0300':  // grave
      return U'f';
    case U'\u0301':  // acute
      return U's';
    case U'\u0309':  // hook above
      return U'r';
    case U'\u0303':  // tilde
      return U'x';
    case U'\u0323':  // dot below
      return U'j';
    default:
      return 0;
  }
}

bool is_mark(char32_t point) {
  return utf8proc_category(static_cast<utf8proc_int32_t>(point)) == UTF8PROC_CATEGORY_MN;
}

bool is_letter(char32_t point) {
  const auto category = utf8proc_category(static_cast<utf8proc_int32_t>(point));
  return category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO;
}

bool is_vowel(char32_t base) {
  return std::u32string_view(U"AEIOUY").find(base) != std::u32string_view::npos;
}

/// Moves the tones of each syllable (a run of letters) behind it. Where a run has several groups
/// of vowels, as in some names of the Central Highlands, a tone also tells its group: it may
/// move within a group of vowels only.
class StrictKey {
 public:
  std::u32string of(std::u32string_view decomposed) {
    for (const char32_t point : decomposed) {
      if (is_mark(point)) {
        mark(point);
      } else {
        base(point);
      }
    }
    end_syllable();
    return text::to_nfc(key_);
  }

 private:
  void mark(char32_t point) {
    const char32_t tone = on_vowel_ ? tone_letter(point) : 0;
    if (tone == 0) {
      key_ += point;
      return;
    }
    tones_ += tone;
    // The first group needs no number, so that an ordinary syllable reads "HOA:f".
    if (groups_ > 1) append_number(groups_);
  }

  void base(char32_t point) {
    if (!is_letter(point)) end_syllable();
    const bool vowel = is_vowel(point);
    if (vowel && !on_vowel_) ++groups_;
    on_vowel_ = vowel;
    key_ += point;
  }

  void end_syllable() {
    if (!tones_.empty()) key_.append(U":").append(tones_);
    tones_.clear();
    groups_ = 0;
    on_vowel_ = false;
  }

  void append_number(std::size_t number) {
    for (const char c : std::to_string(number)) tones_ += static_cast<char32_t>(c);
  }

  std::u32string key_;
  std::u32string tones_;    ///< of the syllable so far
  std::size_t groups_ = 0;  ///< of vowels in the syllable so far
  bool on_vowel_ = false;
};

std::string loose_key(std::u32string_view decomposed) {
  std::string key;
  for (const char32_t point : decomposed) {
    if (point == U'\u0110') key += 'D';
    if ((point >= U'A' && point <= U'Z') || (point >= U'0' && point <= U'9')) {
      key += static_cast<char>(point);
    }
  }
  return key;
}

}  // namespace

std::string_view to_text(NameError error) noexcept {
  switch (error) {
    case NameError::empty:
      return "empty";
    case NameError::not_utf8:
      return "not_utf8";
    case NameError::forbidden_character:
      return "forbidden_character";
    case NameError::too_long:
      return "too_long";
    case NameError::no_letters:
      return "no_letters";
  }
  return "";
}

std::expected<std::string, NameError> clean_name(std::string_view name) {
  const auto points = cleaned(name);
  if (!points) return std::unexpected(points.error());
  return text::encode_utf8(*points);
}

std::expected<NameKeys, NameError> NameKeys::make(std::string_view name) {
  const auto points = cleaned(name);
  if (!points) return std::unexpected(points.error());
  std::u32string decomposed = text::to_nfd(*points);
  std::ranges::transform(decomposed, decomposed.begin(), upper);
  NameKeys keys{.strict = text::encode_utf8(StrictKey{}.of(decomposed)),
                .loose = loose_key(decomposed)};
  if (keys.loose.empty()) return std::unexpected(NameError::no_letters);
  return keys;
}

}  // namespace vneid::identity
