#include "admin/import/table.hpp"

#include <algorithm>
#include <set>

#include "link/stored_values.hpp"

namespace vneid::admin {

namespace {

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blank = " \t\r\n";
  const auto first = text.find_first_not_of(blank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blank) - first + 1);
}

std::string all_names(std::span<const Column> columns) {
  std::string names;
  for (const Column& column : columns) names.append(names.empty() ? "" : ", ").append(column.name);
  return names;
}

std::optional<std::string> fault_of(const std::vector<std::string>& headings,
                                    std::span<const Column> columns) {
  if (headings.size() == 1 && headings.front().find(';') != std::string::npos) {
    return "the columns are separated by semicolons: save the file as CSV with commas";
  }
  std::set<std::string_view> seen;
  for (const std::string& heading : headings) {
    const bool known = std::ranges::any_of(
        columns, [&heading](const Column& column) { return heading == column.name; });
    if (!known) {
      return "no such column: \"" + heading + "\"; the columns are " + all_names(columns);
    }
    if (!seen.insert(heading).second) return "column \"" + heading + "\" is there twice";
  }
  for (const Column& column : columns) {
    if (column.required && !seen.contains(column.name)) {
      return "column \"" + std::string{column.name} + "\" is missing";
    }
  }
  return std::nullopt;
}

}  // namespace

const std::string& Line::operator[](std::string_view column) const {
  static const std::string nothing;
  const auto found = values_.find(column);
  return found == values_.end() ? nothing : found->second;
}

std::expected<Table, std::string> Table::open(std::istream& stream,
                                              std::span<const Column> columns) {
  CsvReader reader{stream};
  auto first = reader.next();
  if (!first) return std::unexpected("the file is empty");
  if (!*first) return std::unexpected("line 1: " + first->error().reason);
  std::vector<std::string> headings;
  for (const std::string& field : (*first)->fields) headings.emplace_back(trimmed(field));
  if (auto fault = fault_of(headings, columns)) return std::unexpected("line 1: " + *fault);
  return Table{reader, std::move(headings)};
}

std::optional<std::expected<Line, Problem>> Table::next() {
  auto row = reader_.next();
  if (!row) return std::nullopt;
  if (!*row) {
    return std::unexpected(Problem{.line = row->error().line, .reason = row->error().reason});
  }
  const CsvRow& fields = **row;
  if (fields.fields.size() != headings_.size()) {
    return std::unexpected(Problem{.line = fields.line,
                                   .reason = std::to_string(fields.fields.size()) +
                                             " fields, but the heading has " +
                                             std::to_string(headings_.size())});
  }
  std::map<std::string, std::string, std::less<>> values;
  for (std::size_t i = 0; i < headings_.size(); ++i) {
    auto text = link::stored_text(trimmed(fields.fields[i]));
    if (!text) {
      return std::unexpected(Problem{
          .line = fields.line, .column = headings_[i], .reason = "not UTF-8: save it as UTF-8"});
    }
    values.emplace(headings_[i], *std::move(text));
  }
  return Line{fields.line, std::move(values)};
}

}  // namespace vneid::admin
