#pragma once

#include <initializer_list>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <vector>

#include <libpq-fe.h>

#include "net/postgres/database.hpp"

namespace vneid::test {

/// A value of a row: NULL, text (numbers too), or bytes.
struct Cell {
  Cell() = default;
  Cell(const char* value) : text(value) {}                   // NOLINT: rows are written as lists
  Cell(std::string value) : text(std::move(value)) {}        // NOLINT
  Cell(std::int64_t value) : text(std::to_string(value)) {}  // NOLINT
  static Cell boolean(bool value) { return {value ? "t" : "f"}; }
  static Cell bytes(const std::string& value) {
    static constexpr const char* digits = "0123456789abcdef";
    Cell cell{"\\x"};
    for (const char c : value) {
      const auto byte = static_cast<unsigned char>(c);
      *cell.text += digits[byte >> 4U];
      *cell.text += digits[byte & 0x0FU];
    }
    cell.binary = true;
    return cell;
  }

  std::optional<std::string> text;
  bool binary = false;
};

using Row = std::vector<Cell>;

/// Rows as libpq gives them.
inline postgres::Result result_of(const std::vector<Row>& rows) {
  const std::shared_ptr<PGresult> result{PQmakeEmptyPGresult(nullptr, PGRES_TUPLES_OK), PQclear};
  if (!result) throw std::bad_alloc();
  if (rows.empty()) return postgres::Result{result};
  std::vector<PGresAttDesc> columns(rows.front().size());
  static char name[] = "c";
  constexpr Oid bytea = 17;
  for (std::size_t column = 0; column < columns.size(); ++column) {
    columns[column].name = name;
    for (const auto& row : rows) {
      if (row.at(column).binary) columns[column].typid = bytea;
    }
  }
  PQsetResultAttrs(result.get(), static_cast<int>(columns.size()), columns.data());
  for (std::size_t row = 0; row < rows.size(); ++row) {
    for (std::size_t column = 0; column < columns.size(); ++column) {
      auto text = rows[row].at(column).text;
      PQsetvalue(result.get(), static_cast<int>(row), static_cast<int>(column),
                 text ? text->data() : nullptr, text ? static_cast<int>(text->size()) : -1);
    }
  }
  return postgres::Result{result};
}

}  // namespace vneid::test
