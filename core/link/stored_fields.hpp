#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "async/event_loop.hpp"
#include "async/task.hpp"
#include "crypto/key_ring.hpp"
#include "identity/field.hpp"
#include "link/identity_fields.hpp"
#include "net/postgres/database.hpp"

/// Rows of the table identity_field, for those who read and change them within a transaction.
namespace vneid::link {

/// A row as the database gives it.
struct StoredField {
  std::string_view field;
  std::string_view status;
  std::optional<std::string> sealed;
  std::optional<std::string> source;
  std::optional<Wall> verified_at;
  bool told = false;
};

/// Opens a row into `fields`; an empty one is left out.
void add_field(FieldValues& fields, StoredField row, const crypto::KeyRing& keys,
               const std::string& account_key);

/// An account's fields, its row locked until the transaction ends.
struct LockedFields {
  std::string account_key;
  FieldValues fields;
};
/// Throws std::runtime_error when there is no such account.
Task<LockedFields> lock_fields(postgres::Transaction& transaction, const crypto::KeyRing& keys,
                               AccountId account_id);

/// What the history of this transaction's changes says about them.
Task<void> say_why(postgres::Transaction& transaction, std::string reason, std::string request_id);

/// Makes the field this.
Task<void> put_field(postgres::Transaction& transaction, const crypto::KeyRing& keys,
                     std::string account_key, AccountId account_id, identity::Field field,
                     FieldValue value);

/// A verified field was verified again, with the same result.
Task<void> renew(postgres::Transaction& transaction, AccountId account_id, identity::Field field,
                 Wall now);

}  // namespace vneid::link
