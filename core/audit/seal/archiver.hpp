#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "audit/seal/head.hpp"
#include "net/postgres/database.hpp"

/// Retention that keeps proofs: events go from the database into a file, their leaves and heads
/// stay. As the tables' owner; the database refuses it for events of the last three months.
namespace vneid::audit {

struct ArchivePlan {
  std::int64_t before = 0;  ///< microseconds since 1970: events dated earlier
  std::string path;         ///< of the file that is made
  std::string officer;      ///< who does it, for the trail
};

struct Archived {
  std::uint64_t first = 0;  ///< positions [first, head.size)
  Head head;
};

/// Archives from the first event that is still in the database up to the newest head before the
/// first event that is too young. Each event must be what was sealed, and the leaves must lead from
/// the signed head at their begin to the one at their end: otherwise nothing is done. The file is
/// on the disk before anything is deleted. Nothing: there is nothing to archive. Throws
/// SealRefused, std::runtime_error for the file, Unavailable, StatementError.
Task<std::optional<Archived>> archive(postgres::Database& database,
                                      const crypto::VerifyingKeys& keys, ArchivePlan plan);

}  // namespace vneid::audit
