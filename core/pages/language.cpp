#include "pages/language.hpp"

#include <algorithm>
#include <optional>

#include "text/ascii.hpp"

namespace vneid::pages {

namespace {

constexpr std::size_t considered_bytes = 2048;
constexpr int full_quality = 1000;

/// Text up to `separator`, which is taken off `rest` with it.
std::string_view next_part(std::string_view& rest, char separator) {
  const auto end = std::min(rest.find(separator), rest.size());
  const auto part = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return text::trim(part);
}

/// Whether a language range is `primary` itself or one of its regions ("vi", "VI-vn").
bool names(std::string_view range, std::string_view primary) {
  if (range.size() < primary.size()) return false;
  if (range.size() > primary.size() && range[primary.size()] != '-') return false;
  return std::equal(primary.begin(), primary.end(), range.begin(),
                    [](char want, char have) { return want == text::ascii_lower(have); });
}

/// A qvalue in thousandths: "0" or "1" with at most three decimals, not above one.
std::optional<int> parse_quality(std::string_view text) {
  if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1')) return std::nullopt;
  if (text.size() > 1 && text[1] != '.') return std::nullopt;
  int value = text[0] == '1' ? full_quality : 0;
  int weight = 100;
  for (const char c : text.substr(std::min<std::size_t>(text.size(), 2))) {
    if (c < '0' || c > '9') return std::nullopt;
    value += (c - '0') * weight;
    weight /= 10;
  }
  if (value > full_quality) return std::nullopt;
  return value;
}

std::optional<int> quality_of(std::string_view parameters) {
  while (!parameters.empty()) {
    const auto parameter = next_part(parameters, ';');
    if (parameter.size() >= 2 && text::ascii_lower(parameter[0]) == 'q' && parameter[1] == '=') {
      return parse_quality(parameter.substr(2));
    }
  }
  return full_quality;
}

}  // namespace

std::string_view tag(Language language) noexcept { return language == Language::en ? "en" : "vi"; }

Language negotiate_language(std::string_view accept_language) noexcept {
  std::string_view rest = accept_language.substr(0, considered_bytes);
  std::optional<int> vietnamese;
  std::optional<int> english;
  int anything = 0;
  while (!rest.empty()) {
    std::string_view parameters = next_part(rest, ',');
    const auto range = next_part(parameters, ';');
    const auto quality = quality_of(parameters);
    if (!quality) continue;
    if (range == "*") anything = std::max(anything, *quality);
    if (names(range, "vi")) vietnamese = std::max(vietnamese.value_or(0), *quality);
    if (names(range, "en")) english = std::max(english.value_or(0), *quality);
  }
  return english.value_or(anything) > vietnamese.value_or(anything) ? Language::en : Language::vi;
}

}  // namespace vneid::pages
