#pragma once

#include <optional>
#include <string>

#include "link/officer/queue.hpp"
#include "net/postgres/database.hpp"

/// Rows of the table review, as the queue's statements give them.
namespace vneid::link {

// One list of columns for every statement that reads reviews; read_review() knows their order.
#define VNEID_REVIEW_COLUMNS                                                                       \
  "r.reference, r.kind, r.state, r.account_id, r.account_masked, r.other_masked,"                  \
  " coalesce(r.provider, r.source), array_to_string(r.reasons, ','), r.created_at, r.proposed_by," \
  " r.proposed_at, r.decided_by, r.decided_at, r.note, r.subject_key::bytea,"                      \
  " r.sides_sealed::bytea, r.link_id, coalesce(r.undo_reason, r.act_reason), r.into_account_id"

Review read_review(const postgres::Result& rows, std::size_t row);

/// Both sides, opened. Throws UnreadableValue.
ReviewSides read_sides(const postgres::Result& rows, std::size_t row, const crypto::KeyRing& keys);

}  // namespace vneid::link
