#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace vneid::doctor {

inline bool lists(const std::vector<std::string>& words, std::string_view wanted) {
  return std::ranges::find(words, wanted) != words.end();
}

inline std::string joined(const std::vector<std::string>& words, std::string_view between = ", ") {
  std::string text;
  for (const auto& word : words) {
    if (!text.empty()) text += between;
    text += word;
  }
  return text;
}

/// What a store's client says: the cause, and behind "; " the cure that error.log gives too.
struct Refusal {
  std::string cause;
  std::string cure;  ///< empty: it knows none
};

inline Refusal split_refusal(std::string_view text) {
  const auto at = text.rfind("; ");
  if (at == std::string_view::npos) return {.cause = std::string{text}, .cure = {}};
  Refusal refusal{.cause = std::string{text.substr(0, at)},
                  .cure = std::string{text.substr(at + 2)}};
  if (!refusal.cure.empty() && refusal.cure[0] >= 'a' && refusal.cure[0] <= 'z') {
    refusal.cure[0] = static_cast<char>(refusal.cure[0] - 'a' + 'A');
  }
  return refusal;
}

}  // namespace vneid::doctor
