#pragma once

#include <cstdint>
#include <expected>
#include <fstream>
#include <optional>
#include <string>

#include "audit/seal/head.hpp"
#include "net/postgres/database.hpp"

/// Heads outside the database: a file of JSON lines, one a head in the order of their numbers. What
/// is in it cannot be taken back by whoever owns the database, if he does not own the file too.
namespace vneid::audit {

/// Reads one from its beginning, a line at a time.
class HeadFileReader {
 public:
  /// Throws std::runtime_error for a file that cannot be opened.
  explicit HeadFileReader(const std::string& path);
  /// The next head; nothing at the end. Throws std::runtime_error, with the line's number, for what
  /// is no head or does not go on upwards.
  std::optional<Head> next();

 private:
  std::string path_;
  std::ifstream stream_;
  std::uint64_t line_ = 0;
  std::optional<std::uint64_t> before_;
};

/// Appends to one.
class HeadFile {
 public:
  /// Finds its last whole line, and cuts off half a line that a crash has left. Throws
  /// std::runtime_error for a file that cannot be used.
  explicit HeadFile(std::string path);

  /// Brings it up to what the database has. Throws SealRefused if its last head is not the
  /// database's: heads were taken away or replaced there.
  Task<void> catch_up(postgres::Database& database);
  /// Written through to the disk.
  void append(const Head& head);

 private:
  std::string path_;
  std::optional<Head> last_;
};

}  // namespace vneid::audit
