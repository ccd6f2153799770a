#pragma once

#include <cstddef>
#include <expected>
#include <istream>
#include <optional>
#include <string>
#include <vector>

namespace vneid::admin {

/// A record of a CSV file; `line` is where it begins, from 1.
struct CsvRow {
  std::size_t line = 0;
  std::vector<std::string> fields;
};

/// A record that cannot be read. Reading goes on after it.
struct CsvError {
  std::size_t line = 0;
  std::string reason;
};

/// Reads comma-separated values (RFC 4180): fields may be quoted and then hold commas, line ends
/// and doubled quotes; lines end with LF or CR LF; a byte order mark is passed over, blank lines
/// too. Holds one record in memory.
class CsvReader {
 public:
  static constexpr std::size_t longest_record = 64 << 10;  ///< bytes

  /// The stream is opened in binary mode, can seek, and outlives the reader.
  explicit CsvReader(std::istream& stream);

  /// The next record, or what is wrong with it; nothing at the end of the file.
  std::optional<std::expected<CsvRow, CsvError>> next();

 private:
  enum class End { field, record, file };

  std::expected<End, std::string> read_field(std::string& field);
  std::expected<End, std::string> read_quoted(std::string& field);
  std::expected<End, std::string> read_plain(std::string& field, int first);
  [[nodiscard]] std::optional<End> end_of(int c);
  int get();
  void skip_from(std::streampos start);

  std::istream& stream_;
  std::size_t line_ = 1;
  std::size_t record_bytes_ = 0;
};

}  // namespace vneid::admin
