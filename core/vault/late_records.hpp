#pragma once

#include <cstdint>
#include <vector>

#include "async/task.hpp"
#include "net/postgres/database.hpp"

/// Records that reach an account after its link. The database carries them by itself, with whatever
/// transaction writes them; what it could not (rows restored or loaded without triggers, or written
/// before schema 0010) stays behind until it is carried here.
namespace vneid::vault {

/// An active link whose transfer is not whole.
struct Unfinished {
  LinkId link_id;
  AccountId account_id;
  std::int64_t stayed_behind = 0;  ///< records that the link does not know; 0: its job is missing
};

/// All of them, in the order of the links.
Task<std::vector<Unfinished>> unfinished_transfers(postgres::Database& database);

/// Carries what stayed behind and gives how many records were judged, in one transaction with its
/// audit event ("transfer.resumed"); 0 when there was nothing, or the link was undone.
Task<std::int64_t> resume_transfer(postgres::Database& database, LinkId link_id);

}  // namespace vneid::vault
