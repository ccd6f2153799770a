#include "audit/seal/stored_event.hpp"

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <utility>

#include "certain.hpp"
#include "crypto/digest.hpp"

namespace vneid::audit {

namespace {

constexpr char version = 1;
constexpr std::size_t integer_size = 8;

std::size_t position_of(std::string_view column) {
  const auto found = std::ranges::find(event_columns, column, &EventColumn::name);
  if (found == event_columns.end()) throw std::out_of_range("audit: no such column of an event");
  return static_cast<std::size_t>(found - event_columns.begin());
}

template <std::size_t size>
std::string big_endian(std::uint64_t value) {
  std::string bytes(size, '\0');
  for (std::size_t i = size; i > 0; --i, value >>= 8)
    bytes[i - 1] = static_cast<char>(value & 0xff);
  return bytes;
}

std::int64_t integer_of(std::string_view bytes) {
  std::uint64_t value = 0;
  for (const char byte : bytes) value = (value << 8) | static_cast<unsigned char>(byte);
  return static_cast<std::int64_t>(value);
}

std::string expression_of(const EventColumn& column) {
  std::string name = "e." + std::string{column.name};
  switch (column.kind) {
    case ColumnKind::instant:
      return microseconds_of(name);
    case ColumnKind::address:
      return name + "::text";
    default:
      return name;
  }
}

std::optional<std::string> value_of(const postgres::Result& rows, std::size_t row,
                                    std::size_t column, ColumnKind kind) {
  if (rows.is_null(row, column)) return std::nullopt;
  switch (kind) {
    case ColumnKind::integer:
    case ColumnKind::instant:
      return integer_bytes(rows.integer(row, column));
    case ColumnKind::bytes:
      return rows.bytes(row, column);
    default:
      return std::string{rows.text(row, column)};
  }
}

json_t* json_of(const std::string& value, ColumnKind kind) {
  const auto text = [](const std::string& of) { return json_stringn(of.data(), of.size()); };
  switch (kind) {
    case ColumnKind::integer:
      return json_integer(integer_of(value));
    case ColumnKind::instant: {
      const std::string instant = instant_text(integer_of(value));
      return instant.empty() ? json_integer(integer_of(value)) : text(instant);
    }
    case ColumnKind::bytes:
      return text(crypto::base64_encode(value));
    default:
      return text(value);
  }
}

std::optional<std::string> value_of(const json_t* member, ColumnKind kind) {
  const bool timed = kind == ColumnKind::instant;
  if (json_is_integer(member) && (timed || kind == ColumnKind::integer)) {
    return integer_bytes(json_integer_value(member));
  }
  auto text = text::json_text(member);
  if (!text || kind == ColumnKind::integer) return std::nullopt;
  if (kind == ColumnKind::bytes) return crypto::base64_decode(*text);
  if (!timed) return text;
  const auto instant = instant_from_text(*text);
  if (!instant) return std::nullopt;
  return integer_bytes(*instant);
}

}  // namespace

std::string integer_bytes(std::int64_t value) {
  return big_endian<integer_size>(static_cast<std::uint64_t>(value));
}

const std::string& event_select() {
  static const std::string list = [] {
    std::string columns;
    for (const EventColumn& column : event_columns) {
      columns += (columns.empty() ? "" : ", ") + expression_of(column);
    }
    return columns;
  }();
  return list;
}

std::optional<StoredEvent> StoredEvent::of_row(const postgres::Result& rows, std::size_t row,
                                               std::size_t first) {
  if (rows.is_null(row, first)) return std::nullopt;
  StoredEvent event;
  for (std::size_t i = 0; i < event_columns.size(); ++i) {
    event.values_[i] = value_of(rows, row, first + i, event_columns[i].kind);
  }
  return event;
}

std::expected<StoredEvent, std::string> StoredEvent::of_json(const json_t* object) {
  StoredEvent event;
  std::size_t found = 0;
  for (std::size_t i = 0; i < event_columns.size(); ++i) {
    const std::string name{event_columns[i].name};
    const json_t* member = json_object_get(object, name.c_str());
    if (member == nullptr) continue;
    event.values_[i] = value_of(member, event_columns[i].kind);
    if (!event.values_[i]) return std::unexpected("\"" + name + "\" of an event is not readable");
    ++found;
  }
  if (!event.values_.front()) return std::unexpected("an event has no \"id\"");
  if (found != json_object_size(object)) {
    return std::unexpected("an event has a member that is no column of audit_event");
  }
  return event;
}

std::int64_t StoredEvent::id() const { return integer_of(values_.front().value_or("")); }

std::int64_t StoredEvent::at() const {
  return number("at").value_or(std::numeric_limits<std::int64_t>::min());
}

const std::optional<std::string>& StoredEvent::value(std::string_view column) const {
  return values_[position_of(column)];
}

std::optional<std::int64_t> StoredEvent::number(std::string_view column) const {
  const auto& bytes = value(column);
  if (!bytes || bytes->size() != integer_size) return std::nullopt;
  return integer_of(*bytes);
}

std::string StoredEvent::canonical() const {
  constexpr std::size_t length_size = 4;
  std::string bytes(1, version);
  for (const auto& value : values_) {
    bytes += value ? '\1' : '\0';
    if (value) bytes.append(big_endian<length_size>(value->size())).append(*value);
  }
  return bytes;
}

text::Json StoredEvent::to_json() const {
  text::Json object{json_object()};
  for (std::size_t i = 0; i < event_columns.size(); ++i) {
    if (!values_[i]) continue;
    const std::string name{event_columns[i].name};
    json_object_set_new(object.get(), name.c_str(),
                        json_of(certain(values_[i]), event_columns[i].kind));
  }
  return object;
}

}  // namespace vneid::audit
