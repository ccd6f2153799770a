#pragma once

#include <optional>
#include <string>

#include "crypto/key_ring.hpp"
#include "link/accounts.hpp"
#include "link/officer/queue.hpp"
#include "net/postgres/database.hpp"

/// What every act of an officer on a review begins and ends with, within its transaction.
namespace vneid::link {

/// A review and its account, both locked: the account first, as links do.
struct LockedReview {
  LegacyAccount account;
  Review review;
  postgres::Result row;  ///< with the columns of rows.hpp
};

/// Nothing when there is no such review.
Task<std::optional<LockedReview>> lock_review(postgres::Transaction& transaction,
                                              const crypto::KeyRing& keys, std::string reference);

/// Whatever the transaction tells the trail from here on is told in the officer's name.
Task<void> act_as(postgres::Transaction& transaction, std::string officer);

/// The audit event of an act, under the officer's name.
Task<void> record_act(postgres::Transaction& transaction, const crypto::KeyRing& keys,
                      std::string name, ReviewFile file, OfficerAct act);

}  // namespace vneid::link
