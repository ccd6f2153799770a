#pragma once

#include <cstddef>
#include <expected>
#include <map>
#include <optional>
#include <span>
#include <string>

#include "admin/import/imported_portal.hpp"
#include "admin/import/table.hpp"
#include "async/event_loop.hpp"
#include "crypto/key_ring.hpp"
#include "identity/field.hpp"
#include "link/stored_values.hpp"

namespace vneid::admin {

/// A field of an account's identity, as a line of accounts.csv tells it.
struct FieldValue {
  std::string text;       ///< in the form that is stored
  std::string value_key;  ///< look-up key of a number, 32 bytes; empty for other fields
  identity::FieldStatus status = identity::FieldStatus::self_entered;
  std::string source;
  std::optional<Wall> verified_at;
};

/// A line of accounts.csv. What the line leaves empty stays as it is in the database.
struct AccountLine {
  std::size_t line = 0;
  std::string key;   ///< account_key, 32 bytes
  std::string name;  ///< of the account
  std::optional<link::AccountKind> kind;
  std::optional<bool> closed;
  std::map<identity::Field, FieldValue> fields;
};

std::span<const Column> account_columns();

/// Checks and reads a line. `citizen_id_status` is the status of what the population database
/// knows (number, CMND, name, birth date, sex, birth place, home town, residence); phone and e-mail
/// are always self-entered. "verified" needs `source` and `verified_at`.
std::expected<AccountLine, Problem> read_account_line(const Line& line, const crypto::KeyRing& keys,
                                                      const ImportedPortal& portal,
                                                      int current_year);

}  // namespace vneid::admin
