#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <optional>
#include <span>
#include <string>

#include "admin/import/imported_portal.hpp"
#include "admin/import/table.hpp"
#include "crypto/key_ring.hpp"

namespace vneid::admin {

/// The columns of a record that a line tells, in the order of RecordValues.
inline constexpr std::array record_columns{
    "kind",        "doc_type_code",   "title",        "number",    "summary",
    "issuer_code", "issuer_name",     "signer",       "issued_on", "valid_until",
    "perpetual",   "procedure_code",  "dossier_code", "owner_key", "source",
    "trust",       "signature_status"};
/// Their values as PostgreSQL writes them as text; empty: NULL.
using RecordValues = std::array<std::string, record_columns.size()>;

/// A file on disk that a line names.
struct LineFile {
  std::filesystem::path path;
  std::string name;  ///< as citizens see it
  std::string mime;
  std::string sha256;  ///< 64 hexadecimal digits
};

/// A line of vault.csv.
struct VaultLine {
  std::size_t line = 0;
  std::string key;          ///< account and record, for telling lines apart
  std::string account_key;  ///< 32 bytes
  std::string record;       ///< the record's name at the portal
  RecordValues values;
  std::optional<LineFile> file;
};

inline constexpr std::uintmax_t largest_file = 32 << 20;  ///< bytes

std::span<const Column> vault_columns();

/// Checks and reads a line and the file that it names, relative to `folder` and inside it.
std::expected<VaultLine, Problem> read_vault_line(const Line& line, const crypto::KeyRing& keys,
                                                  const ImportedPortal& portal,
                                                  const std::filesystem::path& folder,
                                                  int current_year);

/// The whole file. Throws std::runtime_error when it cannot be read.
std::string read_whole(const std::filesystem::path& path);

}  // namespace vneid::admin
