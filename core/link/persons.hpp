#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "async/task.hpp"
#include "crypto/key_ring.hpp"
#include "identity/birth_date.hpp"
#include "identity/citizen_number.hpp"
#include "net/postgres/database.hpp"

namespace vneid::link {

/// Look-up keys of somebody whom a provider has named; 32 raw bytes each.
struct PersonKeys {
  std::string citizen;
  std::string issuer;  ///< as text
  SubjectKey subject;
};

/// What the database knows of somebody before anything is written.
struct KnownPerson {
  std::optional<PersonId> by_number;
  std::optional<PersonId> by_subject;
  /// The person of this number is known at this issuer under another subject.
  bool has_other_subject = false;
  /// An officer keeps the person out (schema 0016, kept_out()): no login, no link.
  bool kept_out = false;

  /// The subject belongs to the person of another number.
  [[nodiscard]] bool subject_of_other() const noexcept {
    return by_subject && by_subject != by_number;
  }
};

/// What is stored of a person, opened.
struct PersonDetails {
  std::string citizen_number;  ///< 12 digits, never for a log
  std::string full_name;
};

struct PersonValues {
  identity::CitizenNumber number;
  std::string full_name;
  std::optional<identity::BirthDate> birth_date;
};

/// The statement that asks for it, and what it gave.
postgres::Call person_lookup(const PersonKeys& keys);
KnownPerson known_person(const postgres::Result& rows);
/// Both, outside a transaction, for a login that writes nothing.
Task<KnownPerson> find_person(postgres::Database& database, PersonKeys keys);

/// Whether the person (0: none), or the one whom the account (0: none) is linked to, is kept out:
/// asked of whoever has a session. Throws what Pool throws.
Task<bool> is_kept_out(postgres::Database& database, PersonId person_id, AccountId account_id);

/// Throws what Pool throws, and UnreadableValue.
Task<std::optional<PersonDetails>> read_person(postgres::Database& database,
                                               std::shared_ptr<const crypto::KeyRing> keys,
                                               PersonId person_id);

/// What claims a person: the parameters of the schema's claim_person(), appended in its order from
/// `citizen_value` on; its first is `keys.citizen`.
void add_claim(postgres::Params& params, const crypto::KeyRing& ring, const PersonKeys& keys,
               const PersonValues& values);

/// Finds or makes the person of the number, brings name and birth date up to date, claims the
/// subject, and gives the person's id. The row stays locked. When somebody else has claimed number
/// or subject otherwise since find_person(), throws a retryable StatementError: the transaction
/// is to be run again, and find_person() tells the conflict.
Task<PersonId> claim_person(postgres::Transaction& transaction, const crypto::KeyRing& ring,
                            PersonKeys keys, PersonValues values);

}  // namespace vneid::link
