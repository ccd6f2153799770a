#include "text/portal_cookies.hpp"

#include <algorithm>
#include <optional>

#include "text/ascii.hpp"
#include "text/cookie.hpp"
#include "text/percent.hpp"

namespace vneid::text {

namespace {

/// How often something may have been encoded before we stop asking: more than any portal decodes.
constexpr int most_decodings = 3;

std::string decoded(std::string_view text) {
  std::string plain{text};
  for (int i = 0; i < most_decodings && plain.contains('%'); ++i) plain = percent_decode(plain);
  return plain;
}

/// What lenient readers make one of: in lower case, with PHP's '_' for what it cannot have in the
/// name of a variable.
constexpr char folded_byte(char byte) noexcept {
  const bool is_no_name = byte == ' ' || byte == '+' || byte == '.' || byte == '[';
  return is_no_name ? '_' : ascii_lower(byte);
}

/// The same of a text, and without escapes.
std::string folded(std::string_view text) {
  std::string plain = decoded(text);
  std::ranges::transform(plain, plain.begin(), folded_byte);
  return plain;
}

/// Bytes that are gone, or something else, when a reader has decoded a name.
constexpr bool is_decoded(char byte) noexcept { return byte == '%' || byte == '+' || byte == '\''; }

/// RFC 6265 §4.1.1, also with the quotes around it.
bool is_plain_value(std::string_view value) noexcept {
  if (value.size() >= 2 && value.starts_with('"') && value.ends_with('"')) {
    value.remove_prefix(1);
    value.remove_suffix(1);
  }
  return std::ranges::all_of(value, [](char byte) {
    const bool divides = byte == '"' || byte == ',' || byte == ';' || byte == '\\';
    return byte > ' ' && byte <= '~' && !divides;
  });
}

/// One portal's name, and what is taken for it.
class Judge {
 public:
  explicit Judge(std::string_view name) : folded_(folded(name)) {}

  /// Whether a pair that is not the portal's own cookie may stay.
  [[nodiscard]] bool may_stay(const CookiePair& pair) const {
    if (!is_token(pair.name) || pair.name.starts_with('$')) return false;
    if (std::ranges::any_of(pair.value, is_control)) return false;
    // What is decoded may end at a blank, a NUL or a bracket, and quotes fall off, as the reader
    // likes.
    const bool taken_for_it = std::ranges::none_of(pair.name, is_decoded)
                                  ? std::ranges::equal(pair.name, folded_, {}, folded_byte)
                                  : folded(pair.name).contains(folded_);
    if (taken_for_it) return false;
    return is_plain_value(pair.value) || !folded(pair.value).contains(folded_);
  }

 private:
  std::string folded_;
};

void append(std::string& header, const CookiePair& pair) {
  if (!header.empty()) header += "; ";
  header.append(pair.name).append("=").append(pair.value);
}

/// The one value under the very name; nothing when there are several, or it holds what no cookie
/// does.
std::string_view only_value(const std::vector<CookiePair>& pairs, std::string_view name) {
  std::optional<std::string_view> found;
  for (const auto& pair : pairs) {
    if (pair.name != name) continue;
    if (found && *found != pair.value) return {};
    found = pair.value;
  }
  const auto value = found.value_or(std::string_view{});
  return std::ranges::any_of(value, is_control) ? std::string_view{} : value;
}

}  // namespace

PortalCookies portal_cookies(CookieHeader header, std::string_view name) {
  const auto pairs = cookie_pairs(header.text);
  const Judge judge{name};
  const auto value = only_value(pairs, name);
  PortalCookies passed;
  passed.value = value;
  passed.header.reserve(header.text.size() + 2 * pairs.size());
  if (!value.empty()) append(passed.header, {name, value});
  for (const auto& pair : pairs) {
    if (pair.name != name && judge.may_stay(pair)) append(passed.header, pair);
  }
  return passed;
}

}  // namespace vneid::text
