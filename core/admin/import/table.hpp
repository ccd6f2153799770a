#pragma once

#include <cstddef>
#include <expected>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "admin/import/csv.hpp"

namespace vneid::admin {

/// A column that a file may have.
struct Column {
  const char* name = "";
  bool required = false;
};

/// What is wrong with a line. Names the column and the rule, never the value: the error file goes
/// through more hands than the data.
struct Problem {
  std::size_t line = 0;
  std::string column;  ///< empty: the line as a whole
  std::string reason;
};

/// A line of a table: values by column, trimmed, NFC. What the file has no column for is empty.
class Line {
 public:
  Line(std::size_t number, std::map<std::string, std::string, std::less<>> values)
      : number_(number), values_(std::move(values)) {}
  [[nodiscard]] std::size_t number() const noexcept { return number_; }
  [[nodiscard]] const std::string& operator[](std::string_view column) const;

 private:
  std::size_t number_;
  std::map<std::string, std::string, std::less<>> values_;
};

/// A CSV file whose first line names its columns, in any order.
class Table {
 public:
  /// Reads the heading. The error is a sentence: a column that nobody knows, one that is missing
  /// or there twice, semicolons instead of commas.
  static std::expected<Table, std::string> open(std::istream& stream,
                                                std::span<const Column> columns);

  std::optional<std::expected<Line, Problem>> next();

 private:
  Table(CsvReader reader, std::vector<std::string> headings)
      : reader_(reader), headings_(std::move(headings)) {}

  CsvReader reader_;
  std::vector<std::string> headings_;
};

}  // namespace vneid::admin
