#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "net/postgres/database.hpp"
#include "text/json.hpp"

/// An event of the trail as it is stored, and the bytes that are sealed of it.
///
/// Canonical bytes, version 1: the byte 0x01, then each column of audit_event in the order of
/// event_columns(). A column that is null is the byte 0x00. Any other is the byte 0x01, the length
/// of its value as 4 bytes, and the value: so null, empty text and what stands beside it cannot be
/// taken for each other. Numbers (lengths too) are big-endian. A value is
///   - of an integer: 8 bytes, two's complement;
///   - of an instant: the microseconds since 1970-01-01T00:00:00Z as such an integer, with the
///     largest and the smallest for infinity and -infinity;
///   - of an address: the text of PostgreSQL's inet with its prefix length, "192.0.2.7/32";
///   - of a text: its UTF-8, and of bytes: the bytes.
/// A new column of audit_event makes a new version; leaves that were sealed keep theirs.
namespace vneid::audit {

enum class ColumnKind : std::uint8_t { integer, instant, text, address, bytes };

struct EventColumn {
  std::string_view name;
  ColumnKind kind;
};

inline constexpr std::array event_columns{
    EventColumn{"id", ColumnKind::integer},
    EventColumn{"at", ColumnKind::instant},
    EventColumn{"event", ColumnKind::text},
    EventColumn{"result", ColumnKind::text},
    EventColumn{"reason", ColumnKind::text},
    EventColumn{"request_id", ColumnKind::text},
    EventColumn{"account_id", ColumnKind::integer},
    EventColumn{"pid_masked", ColumnKind::text},
    EventColumn{"pid_key", ColumnKind::bytes},
    EventColumn{"provider", ColumnKind::text},
    EventColumn{"level", ColumnKind::integer},
    EventColumn{"ip", ColumnKind::address},
    EventColumn{"port", ColumnKind::integer},
    EventColumn{"user_agent_hash", ColumnKind::bytes},
    EventColumn{"session_hash", ColumnKind::bytes},
    EventColumn{"notice_version", ColumnKind::text},
    EventColumn{"link_id", ColumnKind::integer},
    EventColumn{"officer", ColumnKind::text},
};

/// One row. Knows the values as their canonical bytes.
class StoredEvent {
 public:
  /// Of a row that selects event_select() from column `first` on; nothing where its id is null (an
  /// outer join that found no event).
  static std::optional<StoredEvent> of_row(const postgres::Result& rows, std::size_t row,
                                           std::size_t first);
  /// Of an object that to_json() made. The error says what is wrong, without a value.
  static std::expected<StoredEvent, std::string> of_json(const json_t* object);

  [[nodiscard]] std::int64_t id() const;
  /// Microseconds since 1970; the smallest number where there is none.
  [[nodiscard]] std::int64_t at() const;
  /// The value of a column, as its canonical bytes; nothing: null. Throws std::out_of_range for a
  /// column that is not there.
  [[nodiscard]] const std::optional<std::string>& value(std::string_view column) const;
  [[nodiscard]] std::optional<std::int64_t> number(std::string_view column) const;

  [[nodiscard]] std::string canonical() const;
  /// An object with a member for each column that is not null: integers as numbers, instants as
  /// "2026-11-28T12:00:00.000000Z" (outside the years 1 to 9999: the number of microseconds), bytes
  /// in base64.
  [[nodiscard]] text::Json to_json() const;

 private:
  std::array<std::optional<std::string>, event_columns.size()> values_;
};

/// The columns for a SELECT, of audit_event as `e`.
const std::string& event_select();

/// 8 bytes, big-endian two's complement.
std::string integer_bytes(std::int64_t value);

/// The expression that gives a timestamptz as microseconds since 1970, whatever its value.
std::string microseconds_of(const std::string& expression);
/// "2026-11-28T12:00:00.000000Z"; empty outside the years 1 to 9999.
std::string instant_text(std::int64_t microseconds);
std::optional<std::int64_t> instant_from_text(std::string_view text);

}  // namespace vneid::audit
