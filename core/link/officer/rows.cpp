#include "link/officer/rows.hpp"

#include <string_view>

#include "certain.hpp"
#include "link/review_seal.hpp"
#include "link/stored_values.hpp"
#include "text/ascii.hpp"

namespace vneid::link {

namespace {

ReviewKind kind_from_text(std::string_view text) {
  if (text == "link") return ReviewKind::link;
  if (text == "identity") return ReviewKind::identity;
  if (text == "undo") return ReviewKind::undo;
  return text == "rename" ? ReviewKind::rename : ReviewKind::merge;
}

std::optional<OfficerAct> act_of(const postgres::Result& rows, std::size_t row,
                                 std::size_t officer_column) {
  auto officer = rows.optional_text(row, officer_column);
  if (!officer) return std::nullopt;
  return OfficerAct{*std::move(officer), rows.instant(row, officer_column + 1)};
}

}  // namespace

Review read_review(const postgres::Result& rows, std::size_t row) {
  Review review;
  review.reference = rows.text(row, 0);
  review.kind = kind_from_text(rows.text(row, 1));
  review.state = certain(review_state_from_text(rows.text(row, 2)));
  review.account_id = AccountId{rows.integer(row, 3)};
  review.account_masked = rows.text(row, 4);
  review.other_masked = rows.text(row, 5);
  review.told_by = rows.text(row, 6);
  review.reasons = text::comma_words(rows.text(row, 7));
  review.created_at = rows.instant(row, 8);
  review.proposed = act_of(rows, row, 9);
  review.decided = act_of(rows, row, 11);
  review.note = rows.optional_text(row, 13).value_or("");
  if (!rows.is_null(row, 16)) review.link_id = rows.id<LinkId>(row, 16);
  review.because = rows.optional_text(row, 17).value_or("");
  if (!rows.is_null(row, 18)) review.into_account_id = rows.id<AccountId>(row, 18);
  return review;
}

ReviewSides read_sides(const postgres::Result& rows, std::size_t row, const crypto::KeyRing& keys) {
  const SubjectKey subject_key{rows.optional_bytes(row, 14).value_or("")};
  const std::string text =
      open_sides(keys, rows.id<AccountId>(row, 3), subject_key, rows.bytes(row, 15));
  auto sides = read_review_sides(text);
  if (!sides) throw UnreadableValue("review");
  return *std::move(sides);
}

}  // namespace vneid::link
