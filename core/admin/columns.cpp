#include "admin/columns.hpp"

#include <algorithm>

namespace vneid::admin {

namespace {

constexpr std::size_t gap = 2;

/// Code points: in NFC every letter of Vietnamese is one.
std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (c & 0xC0) != 0x80; }));
}

}  // namespace

void print_columns(std::ostream& stream, const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width_of(row[i]));
  }
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += row[i];
      line.append(widths[i] - width_of(row[i]) + gap, ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    stream << line << '\n';
  }
}

}  // namespace vneid::admin
