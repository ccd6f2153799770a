#include "link/review_sides.hpp"

#include <algorithm>

namespace vneid::link {

namespace {

bool breaks_line(char c) { return c == '\t' || c == '\n' || c == '\r'; }

bool add_line(ReviewSides& sides, std::string_view line) {
  const auto dot = line.find('.');
  const auto tab = line.find('\t');
  if (dot == std::string_view::npos || tab == std::string_view::npos || dot > tab) return false;
  const std::string_view side = line.substr(0, dot);
  const std::string_view value = line.substr(tab + 1);
  if (std::ranges::any_of(value, breaks_line)) return false;
  if (side != "account" && side != "person" && side != "source") return false;
  auto& fields = side == "account" ? sides.account : sides.other;
  return fields.emplace(line.substr(dot + 1, tab - dot - 1), value).second;
}

}  // namespace

void add_review_side(std::string& text, std::string_view side, std::string_view field,
                     std::string value) {
  std::ranges::replace_if(value, breaks_line, ' ');
  text.append(side).append(".").append(field).append("\t").append(value).append("\n");
}

std::optional<ReviewSides> read_review_sides(std::string_view text) {
  ReviewSides sides;
  while (!text.empty()) {
    const auto end = text.find('\n');
    if (end == std::string_view::npos || !add_line(sides, text.substr(0, end))) return std::nullopt;
    text.remove_prefix(end + 1);
  }
  return sides;
}

}  // namespace vneid::link
