#include "admin/database/migrator.hpp"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>
#include <optional>
#include <system_error>
#include <utility>

#include "admin/database/grants.hpp"
#include "crypto/digest.hpp"

namespace vneid::admin {

namespace {

using postgres::Params;
using postgres::Result;
using postgres::Statement;

constexpr Statement table_there{"schema_table_there",
                                "select to_regclass('schema_version') is not null,"
                                " current_setting('server_encoding')"};
constexpr Statement applied_versions{
    "schema_applied", "select version, name, sha256, applied_at from schema_version"};

constexpr std::size_t version_digits = 4;
constexpr const char* already_applied = "VN001";  // our own SQLSTATE, raised by the script

std::optional<int> version_of(const std::string& name) {
  const auto word = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  };
  if (name.size() < version_digits + 2 || name[version_digits] != '_') return std::nullopt;
  if (!std::ranges::all_of(name, word)) return std::nullopt;
  int version = 0;
  const char* end = name.data() + version_digits;
  const auto parsed = std::from_chars(name.data(), end, version);
  if (parsed.ec != std::errc{} || parsed.ptr != end || version == 0) return std::nullopt;
  return version;
}

/// One transaction: takes its turn, looks whether somebody else was faster, applies, notes it.
/// `name` and `sha256` have been checked to need no quoting.
std::string script_of(const SchemaFile& file) {
  const std::string version = std::to_string(file.version);
  return "begin;\n"
         "set local statement_timeout = 0;\n"
         "select pg_advisory_xact_lock(hashtextextended('vneid schema', 0));\n" +
         as_owner() +
         "create table if not exists schema_version (version integer primary key,"
         " name text not null unique, sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),"
         " applied_at timestamptz not null default now());\n"
         "do $vneid$ begin if exists (select from schema_version where version = " +
         version + ") then raise exception 'applied meanwhile' using errcode = '" +
         already_applied + "'; end if; end $vneid$;\n" + file.text +
         "\n;insert into schema_version (version, name, sha256) values (" + version + ", '" +
         file.name + "', '" + file.sha256 + "');\ncommit;\n";
}

std::expected<SchemaFile, std::string> read_file(const std::filesystem::path& path) {
  const auto version = version_of(path.stem().string());
  if (!version) {
    return std::unexpected("schema file \"" + path.string() +
                           "\" is not named like 0001_words.sql");
  }
  std::ifstream stream{path, std::ios::binary};
  SchemaFile file;
  file.version = *version;
  file.name = path.filename().string();
  file.text.assign(std::istreambuf_iterator<char>{stream}, {});
  if (!stream || file.text.empty()) return std::unexpected("cannot read " + path.string());
  file.sha256 = crypto::hex(crypto::sha256(file.text));
  return file;
}

}  // namespace

std::expected<std::vector<SchemaFile>, std::string> read_schema_files(
    const std::filesystem::path& folder) {
  std::error_code failure;
  std::filesystem::directory_iterator entries{folder, failure};
  if (failure) {
    return std::unexpected("cannot read the schema folder " + folder.string() + ": " +
                           failure.message() + "; name it with --schema");
  }
  std::vector<SchemaFile> files;
  for (const auto& entry : entries) {
    if (entry.path().extension() != ".sql") continue;
    auto file = read_file(entry.path());
    if (!file) return std::unexpected(std::move(file.error()));
    files.push_back(*std::move(file));
  }
  if (files.empty()) return std::unexpected("no .sql file in the schema folder " + folder.string());
  std::ranges::sort(files, {}, &SchemaFile::version);
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (files[i].version == static_cast<int>(i) + 1) continue;
    return std::unexpected("schema files must be numbered 1, 2, 3, … without a gap: see " +
                           files[i].name);
  }
  return files;
}

Task<std::map<int, AppliedFile>> Migrator::applied() {
  std::map<int, AppliedFile> applied;
  const Result there = co_await pool_.query(table_there, Params());
  if (!there.boolean(0, 0)) co_return applied;
  const Result rows = co_await pool_.query(applied_versions, Params());
  for (std::size_t row = 0; row < rows.rows(); ++row) {
    AppliedFile file;
    file.name = rows.text(row, 1);
    file.sha256 = rows.text(row, 2);
    file.applied_at = rows.instant(row, 3);
    applied.emplace(static_cast<int>(rows.integer(row, 0)), std::move(file));
  }
  co_return applied;
}

std::expected<void, std::string> Migrator::check(const std::map<int, AppliedFile>& applied) const {
  for (const auto& [version, file] : applied) {
    if (version > static_cast<int>(files_.size())) {
      return std::unexpected("the database has " + file.name +
                             ", which this release does not know: use the newer release");
    }
    if (files_[static_cast<std::size_t>(version) - 1].sha256 != file.sha256) {
      return std::unexpected(file.name +
                             " was changed after it was applied: put the original back, and the "
                             "change into a file with the next number");
    }
  }
  return {};
}

Task<std::expected<std::vector<std::string>, std::string>> Migrator::migrate() {
  using Outcome = std::expected<std::vector<std::string>, std::string>;
  const Result there = co_await pool_.query(table_there, Params());
  if (there.text(0, 1) != "UTF8") {
    co_return Outcome{std::unexpect, "the database's encoding is " + std::string{there.text(0, 1)} +
                                         ": create it with encoding UTF8"};
  }
  std::vector<std::string> done;
  for (const SchemaFile& file : files_) {
    const std::map<int, AppliedFile> before = co_await applied();
    auto sound = check(before);
    if (!sound) co_return Outcome{std::unexpect, std::move(sound.error())};
    if (before.contains(file.version)) continue;
    try {
      co_await pool_.execute_script(script_of(file));
      done.push_back(file.name);
    } catch (const postgres::StatementError& refused) {
      if (refused.sqlstate() == already_applied) continue;  // somebody else was faster
      co_return Outcome{std::unexpect,
                        file.name + ": " + refused.what() + " (nothing of this file was applied)"};
    }
  }
  co_return Outcome{std::move(done)};
}

}  // namespace vneid::admin
