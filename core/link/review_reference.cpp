#include "link/review_reference.hpp"

#include "crypto/random.hpp"
#include "text/utf8.hpp"

namespace vneid::link {

namespace {

// Crockford's base 32: neither I, L, O nor U.
constexpr std::string_view letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::size_t reference_letters = 8;

std::string with_hyphen(std::string reference) {
  return reference.insert(reference_letters / 2, 1, '-');
}

/// The letter that was meant; NUL for what is none.
char meant(char32_t typed) {
  if (typed >= U'a' && typed <= U'z') typed -= U'a' - U'A';
  if (typed == U'O') return '0';
  if (typed == U'I' || typed == U'L') return '1';
  if (typed > U'Z') return '\0';
  const char letter = static_cast<char>(typed);
  return letters.find(letter) == std::string_view::npos ? '\0' : letter;
}

/// Hyphens and the dashes that word processors make of them.
bool is_hyphen(char32_t point) {
  return point == U'-' || point == U'_' || point == U'.' || (point >= U'\u2010' && point <= U'―');
}

}  // namespace

std::string new_review_reference() {
  std::string reference;
  for (const char byte : crypto::random_bytes(reference_letters)) {
    reference += letters[static_cast<unsigned char>(byte) % letters.size()];
  }
  return with_hyphen(std::move(reference));
}

std::optional<std::string> read_review_reference(std::string_view typed) {
  const auto points = text::decode_utf8(typed);
  if (!points) return std::nullopt;
  std::string reference;
  for (const char32_t point : *points) {
    if (text::is_blank(point) || text::is_invisible(point) || is_hyphen(point)) continue;
    const char letter = meant(point);
    if (letter == '\0' || reference.size() == reference_letters) return std::nullopt;
    reference += letter;
  }
  if (reference.size() != reference_letters) return std::nullopt;
  return with_hyphen(std::move(reference));
}

}  // namespace vneid::link
