#include "link/reviews.hpp"

#include <string_view>
#include <utility>

#include "certain.hpp"
#include "link/review_reference.hpp"
#include "link/review_seal.hpp"

namespace vneid::link {

namespace {

using crypto::KeyRing;
using postgres::Params;
using postgres::Result;
using postgres::Statement;

// What an open review is brought up to date with. An approval is of the case that its officer saw:
// with another case the database takes it away (0018), which nginx may not.
// `excluded` stands for columns that nginx may read, parameters for those that officers alone may.
#define VNEID_REVIEW_RESTATE(masked, other_masked, sides)                                      \
  " do update set account_masked = " masked ", other_masked = " other_masked                   \
  ", sides_sealed = " sides                                                                    \
  ","                                                                                          \
  " reasons = excluded.reasons, case_key = excluded.case_key, stated_at = excluded.stated_at," \
  " citizen_key = excluded.citizen_key, source = excluded.source"                              \
  " returning reference"

constexpr Statement upsert_link_review{
    "review_open_link",
    "insert into review (kind, reference, account_id, provider, issuer, subject_key, citizen_key,"
    " account_masked, other_masked, sides_sealed, reasons, case_key, created_at, stated_at)"
    " values ('link', $1, $2::bigint, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12,"
    " clock_timestamp())"
    " on conflict (account_id, issuer, subject_key) where state = 'open' and kind = "
    "'link'" VNEID_REVIEW_RESTATE("$7", "$8", "$9")};

constexpr Statement upsert_identity_review{
    "review_open_identity",
    "insert into review (kind, reference, account_id, source, account_masked, other_masked,"
    " sides_sealed, reasons, case_key, created_at, stated_at)"
    " values ('identity', $1, $2::bigint, $3, $4, $5, $6, $7, $8, $9, clock_timestamp())"
    " on conflict (account_id) where state = 'open' and kind = 'identity'" VNEID_REVIEW_RESTATE(
        "$4", "$5", "$6")};

#undef VNEID_REVIEW_RESTATE

constexpr Statement find_decided{
    "review_find_verdict",
    "select r.reference, r.state from review r"
    " where r.account_id = $1::bigint and r.kind = 'link' and r.state <> 'open' and r.issuer = $2"
    " and r.subject_key = $3 and r.citizen_key = $4 and r.case_key = $5"
    " and not exists (select from identity_field_change c"
    "   where c.account_id = r.account_id and c.at >= r.decided_at)"
    " and not exists (select from link l where l.account_id = r.account_id and l.state = 'undone'"
    "   and l.undone_at >= r.decided_at)"
    " order by r.decided_at desc, r.id desc limit 1"};

// Asking again what was refused is no new question.
constexpr Statement find_rejected{
    "review_find_rejected",
    "select r.reference from review r"
    " where r.account_id = $1::bigint and r.kind = 'identity' and r.state = 'rejected'"
    " and r.case_key = $2 and not exists (select from identity_field_change c"
    "   where c.account_id = r.account_id and c.at >= r.decided_at)"
    " order by r.decided_at desc, r.id desc limit 1"};

/// Stands for what the officer judges: the same case gives the same key.
std::string case_key(const KeyRing& keys, const std::string& sides,
                     const std::vector<std::string>& reasons) {
  std::string judged = sides;
  for (const std::string& reason : reasons) judged.append("\n").append(reason);
  return keys.lookup_key("review", judged);
}

}  // namespace

std::string_view to_text(ReviewState state) noexcept {
  switch (state) {
    case ReviewState::open:
      return "open";
    case ReviewState::approved:
      return "approved";
    case ReviewState::rejected:
      break;
  }
  return "rejected";
}

std::optional<ReviewState> review_state_from_text(std::string_view text) noexcept {
  for (ReviewState state : {ReviewState::open, ReviewState::approved, ReviewState::rejected}) {
    if (text == to_text(state)) return state;
  }
  return std::nullopt;
}

Task<std::string> open_review(postgres::Transaction& transaction, const KeyRing& keys,
                              ReviewCase review) {
  Params params;
  params.text(new_review_reference())
      .integer(review.account_id)
      .text(review.provider)
      .text(review.issuer)
      .bytes(review.subject_key.value())
      .bytes(review.citizen_key)
      .text(review.account_masked)
      .text(review.citizen_masked)
      .bytes(seal_sides(keys, review.account_id, review.subject_key, review.sides))
      .text_array(review.reasons)
      .bytes(case_key(keys, review.sides, review.reasons))
      .instant(review.at);
  const Result rows = co_await transaction.query(upsert_link_review, std::move(params));
  co_return std::string{rows.text(0, 0)};
}

Task<std::string> open_identity_review(postgres::Transaction& transaction, const KeyRing& keys,
                                       IdentityCase review) {
  const std::string key = case_key(keys, review.source + "\n" + review.sides, review.reasons);
  Params asked;
  asked.integer(review.account_id).bytes(key);
  const Result rejected = co_await transaction.query(find_rejected, std::move(asked));
  if (!rejected.empty()) co_return std::string{rejected.text(0, 0)};
  Params params;
  params.text(new_review_reference())
      .integer(review.account_id)
      .text(review.source)
      .text(review.account_masked)
      .text(review.source_masked)
      .bytes(seal_sides(keys, review.account_id, SubjectKey{}, review.sides))
      .text_array(review.reasons)
      .bytes(key)
      .instant(review.at);
  const Result rows = co_await transaction.query(upsert_identity_review, std::move(params));
  co_return std::string{rows.text(0, 0)};
}

Task<std::optional<ReviewNote>> find_verdict(postgres::Transaction& transaction,
                                             const KeyRing& keys, ReviewCase review) {
  Params params;
  params.integer(review.account_id)
      .text(review.issuer)
      .bytes(review.subject_key.value())
      .bytes(review.citizen_key)
      .bytes(case_key(keys, review.sides, review.reasons));
  const Result rows = co_await transaction.query(find_decided, std::move(params));
  if (rows.empty()) co_return std::nullopt;
  ReviewNote note;
  note.reference = rows.text(0, 0);
  note.state = certain(review_state_from_text(rows.text(0, 1)));
  co_return std::optional<ReviewNote>{std::move(note)};
}

}  // namespace vneid::link
