#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "async/event_loop.hpp"
#include "async/task.hpp"
#include "net/postgres/database.hpp"

namespace vneid::vault {

/// What a transfer did, for the success page (domain.md §7.4-7).
struct TransferSummary {
  /// Records copied, by kind: "info", "paper", "result".
  std::map<std::string, std::int64_t> moved;
  /// Records left where they are, by reason: "owner_other", "owner_unknown", "duplicate".
  std::map<std::string, std::int64_t> stayed;
  /// How many of the moved ones stand beside another version of the same paper.
  std::int64_t other_versions = 0;

  [[nodiscard]] std::int64_t moved_total() const noexcept;
  [[nodiscard]] std::int64_t stayed_total() const noexcept;

  friend bool operator==(const TransferSummary&, const TransferSummary&) = default;
};

/// Copies the records of the linked account's vault into the person's, set-wise, in the transaction
/// that makes the link (domain.md §7.4): only records whose owner is the person; what is there
/// already stays; another version of a paper is kept beside it. Sources are not touched; trust and
/// signature status travel unchanged; a copy's files are those of its origin. What reaches the
/// account later is carried by the database itself, by the same rules (config/schema, late
/// records). Gives how many records were judged; asked again, none.
///
/// Locks the account's vault, then the person's. The caller holds the lock on the account's row.
Task<std::int64_t> carry(postgres::Transaction& transaction, LinkId link_id, Wall at);

/// From rows of state, reason, kind and count, the first of which is in the column given. A row
/// without a state counts nothing.
TransferSummary summary_of(const postgres::Result& rows, std::size_t column);

/// What the transfer of a link did; all zero for a link without one.
Task<TransferSummary> transfer_summary(postgres::Transaction& transaction, LinkId link_id);
Task<TransferSummary> transfer_summary(postgres::Database& database, LinkId link_id);

}  // namespace vneid::vault
