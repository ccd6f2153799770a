#pragma once

#include <expected>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "async/event_loop.hpp"
#include "async/task.hpp"
#include "net/postgres/client.hpp"

namespace vneid::admin {

/// A file of config/schema: "0003_vault.sql" is version 3. Files are applied in their order, each
/// once, each in a transaction of its own, and never changed afterwards.
struct SchemaFile {
  int version = 0;
  std::string name;  ///< file name
  std::string text;
  std::string sha256;  ///< 64 hexadecimal digits
};

/// The folder's files by version. The error is a sentence: folder not readable, a name that is no
/// number and words, a number missing or used twice.
std::expected<std::vector<SchemaFile>, std::string> read_schema_files(
    const std::filesystem::path& folder);

struct AppliedFile {
  std::string name;
  std::string sha256;
  Wall applied_at{};
};

/// Brings a database's tables to what the files say.
class Migrator {
 public:
  Migrator(postgres::Pool& pool, std::vector<SchemaFile> files)
      : pool_(pool), files_(std::move(files)) {}

  [[nodiscard]] const std::vector<SchemaFile>& files() const noexcept { return files_; }

  /// What the database says was applied, by version; empty for a fresh database.
  Task<std::map<int, AppliedFile>> applied();

  /// Applies what is missing and gives the names. Several at once take turns. The error is a
  /// sentence with the cure, and then nothing of the file concerned was applied: an applied file
  /// was changed, the database is newer than the files, its encoding is not UTF-8, a statement
  /// failed. Throws Unavailable.
  Task<std::expected<std::vector<std::string>, std::string>> migrate();

 private:
  [[nodiscard]] std::expected<void, std::string> check(
      const std::map<int, AppliedFile>& applied) const;

  postgres::Pool& pool_;
  std::vector<SchemaFile> files_;
};

}  // namespace vneid::admin
