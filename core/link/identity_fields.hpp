#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "async/event_loop.hpp"
#include "async/task.hpp"
#include "audit/audit.hpp"
#include "crypto/key_ring.hpp"
#include "identity/field.hpp"
#include "link/links.hpp"
#include "link/reviews.hpp"
#include "net/postgres/database.hpp"

/// The ten fields of "Thông tin định danh", as they stand in the database (R17–R20).
namespace vneid::link {

/// A field as stored: numbers are digits, the birth date is BirthDate::to_text(), the sex
/// to_text(Sex), everything else NFC text.
struct FieldValue {
  identity::FieldStatus status = identity::FieldStatus::empty;
  std::string value;
  std::string source;  ///< of a verified value
  std::optional<Wall> verified_at;
  /// A source told the value and the account's holder did not type it: for the person only, proven
  /// by VNeID (design D19).
  bool told = false;
};

/// Fields that are not in the map are empty.
using FieldValues = std::map<identity::Field, FieldValue>;

/// What the identity page shows.
struct IdentityProfile {
  std::string account_name;  ///< as the portal calls the account
  FieldValues fields;
  std::vector<LinkedAccount> links;  ///< oldest first
  std::optional<ReviewNote> review;  ///< the account's latest question to an officer
};

/// What a trusted source says, or what the citizen typed: values in their stored form. An empty
/// value empties a field that the citizen edits, and says nothing when it is the source's.
using NewValues = std::map<identity::Field, std::string>;

/// A source's answer, to be stored (R19).
struct Verification {
  AccountId account_id;
  NewValues values;    ///< vouched for; empty: the source knows nobody of what is verified here
  NewValues typed;     ///< by the holder; what is not vouched for is kept as self-entered
  std::string source;  ///< a code such as "population_db", or as the page shows it
  audit::Origin origin;
  Wall now{};
};

/// The values stand, verified.
struct Stored {
  bool changed = false;  ///< something else than the time of verification
};
/// The source contradicts what was verified before: nothing was changed, an officer looks at it.
struct Contradicted {
  std::string reference;
};
using VerificationOutcome = std::variant<Stored, Contradicted>;

/// [Sửa] (R20).
struct Edit {
  AccountId account_id;
  NewValues values;
  audit::Origin origin;
  Wall now{};
};

/// Reading and changing the fields of an account. Throws what Pool throws, and UnreadableValue.
class Identities {
 public:
  Identities(postgres::Database& database, std::shared_ptr<const crypto::KeyRing> keys)
      : database_(database), keys_(std::move(keys)) {}

  /// One round trip. `person_id`: whose links are listed; 0: the account's own. Nothing when there
  /// is no such account.
  Task<std::optional<IdentityProfile>> read(AccountId account_id, PersonId person_id);

  /// One transaction: the account's row is locked, compared with what is verified, changed, and
  /// audited. What the source says replaces what the citizen only typed. When it contradicts a
  /// verified field nothing is changed and a review is opened.
  Task<VerificationOutcome> store(Verification verification);

  /// One transaction. Fields that are verified are left alone: what was refused is given back, of
  /// a value that the holder may not see also when it was guessed.
  Task<std::vector<identity::Field>> edit(Edit edit);

 private:
  postgres::Database& database_;
  std::shared_ptr<const crypto::KeyRing> keys_;
};

/// Makes the values verified whatever stood there before, as part of a transaction that holds the
/// lock on the account (lock_account); for an approved review. Each change is kept in the
/// history under "review".
Task<void> overwrite_verified(postgres::Transaction& transaction, const crypto::KeyRing& keys,
                              AccountId account_id, NewValues values, std::string source, Wall now);

}  // namespace vneid::link
