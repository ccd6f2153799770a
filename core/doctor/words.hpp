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

}  // namespace vneid::doctor
