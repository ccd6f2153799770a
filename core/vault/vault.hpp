#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "async/task.hpp"
#include "crypto/key_ring.hpp"
#include "net/postgres/database.hpp"
#include "vault/records.hpp"

namespace vneid::vault {

struct OpenedFile {
  std::string bytes;
  std::string name;
  std::string mime;
};

/// Seals bytes for the table `file`, and opens them; bound to their SHA-256 (32 raw bytes).
std::string seal_file(const crypto::KeyRing& keys, std::string_view sha256, std::string_view bytes);
/// Throws std::runtime_error when what is stored does not open with the present keys.
std::string open_sealed_file(const crypto::KeyRing& keys, std::string_view sha256,
                             std::string_view sealed);

/// The raw bytes of a file's name: of 64 lower-case hexadecimal digits, otherwise nothing.
std::optional<std::string> digest_of(std::string_view sha256);

/// Records and files of one owner. Throws what postgres::Pool throws.
class Vault {
 public:
  Vault(postgres::Database& database, std::shared_ptr<const crypto::KeyRing> keys)
      : database_(database), keys_(std::move(keys)) {}

  Task<Records> list(RecordsWanted wanted) { return find_records(database_, std::move(wanted)); }
  /// The bytes of a file of a record, if the owner owns the record and the record has the file;
  /// nothing otherwise, without telling which. `sha256` as in RecordFile. Throws
  /// std::runtime_error when what is stored does not open with the present keys.
  Task<std::optional<OpenedFile>> open(Owner owner, std::int64_t record_id, std::string sha256);

 private:
  postgres::Database& database_;
  std::shared_ptr<const crypto::KeyRing> keys_;
};

}  // namespace vneid::vault
