#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "async/event_loop.hpp"
#include "async/task.hpp"
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

/// Whose paper a record is: not always that of whose vault it is in (a child's, a company's).
enum class Whose : std::uint8_t { own, other, unknown };

/// Stable names "own", "other", "unknown".
std::string_view to_text(Whose whose) noexcept;
std::optional<Whose> whose_from_text(std::string_view text) noexcept;

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
  /// When it came from a linked account; nothing for a record that was always here.
  std::optional<Wall> transferred_at;
  Whose whose = Whose::unknown;
  /// Why it may not serve again in a dossier; empty: it may (0015, reuse_hindrances).
  std::vector<std::string> hindrances;
  std::vector<std::string> warnings;  ///< what an officer should know (0015, reuse_warnings)
  std::int64_t reuse_count = 0;
  std::optional<Wall> last_reused_at;
  std::vector<RecordFile> files;

  /// "expired", "replaced" (by a newer record of the same vault), "revoked": one of its hindrances.
  [[nodiscard]] bool is(std::string_view hindrance) const;
};

/// Which records; what is not set does not matter.
struct Filter {
  std::optional<std::int64_t> id;
  std::optional<std::string> kind;
  std::optional<std::string> doc_type_code;
  std::optional<std::string> number;
  /// Part of title, number or issuer, whatever its case and accents.
  std::optional<std::string> words;
  std::optional<Whose> whose;
  std::optional<bool> valid;  ///< neither revoked, nor replaced, nor expired
  bool usable = false;        ///< without hindrances
};

/// A place between two records of a list: it stays one when records come or go.
struct Cursor {
  std::string issued_on;
  std::int64_t id = 0;

  /// Opaque text for an URL, and back; nothing for what is no cursor.
  [[nodiscard]] std::string to_text() const;
  static std::optional<Cursor> read(std::string_view text);
};

/// Part of a list.
struct Slice {
  std::size_t first = 0;  ///< how many come before it; beyond the end: the last slice
  std::size_t most = 50;  ///< at least 1
  std::optional<Cursor> after = std::nullopt;  ///< instead of `first`
};

struct Records {
  std::vector<Record> slice;
  std::size_t first = 0;  ///< of the list, where the slice begins; not told behind a cursor
  std::size_t total = 0;  ///< of all that pass the filter
};

/// Records of the owner that are not hidden, newest issue first. `now` says what is over.
struct RecordsWanted {
  Owner owner;
  Filter filter;
  Slice slice;
  Wall now{};
};
Task<Records> find_records(postgres::Database& database, RecordsWanted wanted);
/// The same within a transaction.
Task<Records> find_records(postgres::Transaction& transaction, RecordsWanted wanted);

}  // namespace vneid::vault
