#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "async/task.hpp"
#include "net/postgres/database.hpp"

namespace vneid::link {

/// What an officer does about a person, and why.
struct FlagRequest {
  PersonId person_id;
  std::string officer;
  std::string reason;         ///< NFC, one line, no nine digits in a row
  std::string number_masked;  ///< for the audit trail
};

enum class UnflagOutcome : std::uint8_t { unflagged, not_flagged, same_officer };

/// Keeps the person out (schema 0016, kept_out()) from now on: one transaction with its audit event
/// ("person.flagged"). False: kept out already. Sessions are ended elsewhere, afterwards. Throws
/// what Pool throws.
Task<bool> flag_person(postgres::Database& database, FlagRequest request);

/// Lets the person in again ("person.unflagged"), in the name of another officer than who flagged.
Task<UnflagOutcome> unflag_person(postgres::Database& database, FlagRequest request);

/// All accounts that are linked to the person, of every portal, closed ones too.
Task<std::vector<AccountId>> accounts_of(postgres::Database& database, PersonId person_id);

}  // namespace vneid::link
