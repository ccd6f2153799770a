#pragma once

#include <span>

#include "admin/import/account_line.hpp"
#include "async/task.hpp"
#include "crypto/key_ring.hpp"
#include "net/postgres/client.hpp"

namespace vneid::admin {

/// Two accounts whose portals vouch for the same number under different names (loose keys): one of
/// them is wrong about its owner. For each account of `lines` that differs so from another active
/// one a review is opened, or the open one brought up to date; what was rejected stays so until
/// something changes. Part of the transaction that has written the lines.
Task<void> review_number_conflicts(postgres::Transaction& transaction, const crypto::KeyRing& keys,
                                   std::span<const AccountLine> lines, Wall now);

}  // namespace vneid::admin
