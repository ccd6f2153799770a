#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "async/event_loop.hpp"
#include "async/task.hpp"
#include "crypto/key_ring.hpp"
#include "net/postgres/database.hpp"

namespace vneid::vault {

/// Whose vault. A legacy login is an `account` and sees what it always saw; only a VNeID login is a
/// `person` (domain.md §8.2, direction of trust).
using Owner = std::variant<AccountId, PersonId>;

struct RecordFile {
  std::string name;
  std::string sha256;  ///< 64 lower-case hexadecimal digits
  std::string mime;
  std::int64_t size = 0;  ///< bytes
};

/// A record as lists show it (domain.md §7.2). Empty text: not known.
struct Record {
  std::int64_t id = 0;
  std::string kind;  ///< "info", "paper" or "result"
  std::string doc_type_code;
  std::string title;
  std::string number;
  std::string summary;
  std::string issuer_name;
  std::string signer;
  std::string issued_on;    ///< yyyy, yyyy-mm or yyyy-mm-dd
  std::string valid_until;  ///< likewise
  bool perpetual = false;
  std::string procedure_code;
  std::string dossier_code;
  std::string source;  ///< e.g. "citizen_upload"; see config/schema
  int trust = 0;       ///< 0 uploaded … 3 signed by the issuer and verified
  std::string signature_status;
  int version = 1;
  bool replaced = false;  ///< a newer record of the same vault replaces it
  bool revoked = false;
  /// When it came from a linked account; nothing for a record that was always here.
  std::optional<Wall> transferred_at;
  std::vector<RecordFile> files;
};

struct OpenedFile {
  std::string bytes;
  std::string name;
  std::string mime;
};

/// Part of a list.
struct Slice {
  std::size_t first = 0;  ///< how many come before it; beyond the end: the last slice
  std::size_t most = 50;  ///< at least 1
};

struct Records {
  std::vector<Record> slice;
  std::size_t first = 0;  ///< of the list, where the slice begins
  std::size_t total = 0;
};

/// Seals bytes for the table `file`, and opens them; bound to their SHA-256 (32 raw bytes).
std::string seal_file(const crypto::KeyRing& keys, std::string_view sha256, std::string_view bytes);

/// Records and files of one owner. Throws what postgres::Pool throws.
class Vault {
 public:
  Vault(postgres::Database& database, std::shared_ptr<const crypto::KeyRing> keys)
      : database_(database), keys_(std::move(keys)) {}

  /// Records of the owner that are not hidden, newest issue first.
  Task<Records> list(Owner owner, Slice slice);
  /// The bytes of a file of a record, if the owner owns the record and the record has the file;
  /// nothing otherwise, without telling which. `sha256` as in RecordFile. Throws
  /// std::runtime_error when what is stored does not open with the present keys.
  Task<std::optional<OpenedFile>> open(Owner owner, std::int64_t record_id, std::string sha256);

 private:
  postgres::Database& database_;
  std::shared_ptr<const crypto::KeyRing> keys_;
};

}  // namespace vneid::vault
