// What officers decide of a review; queue.cpp has what they read.

#include <algorithm>
#include <string_view>
#include <utility>

#include "link/accounts.hpp"
#include "link/identity_fields.hpp"
#include "link/officer/locked.hpp"
#include "link/officer/queue.hpp"
#include "link/officer/rows.hpp"
#include "link/stored_values.hpp"
#include "net/postgres/retry.hpp"

namespace vneid::link {

namespace {

using crypto::KeyRing;
using identity::Field;
using postgres::Params;
using postgres::Result;
using postgres::Statement;
using postgres::Transaction;

// Only what says who somebody is: a new telephone number makes no review untrue. Of a merge that of
// both accounts, and whom they are linked to.
constexpr Statement changed_since{
    "review_changed_since",
    "select exists (select from identity_field_change c join review r"
    "   on c.account_id in (r.account_id, r.into_account_id)"
    "   where r.reference = $1 and c.at >= r.stated_at"
    "   and c.field in ('name', 'citizen_id', 'cmnd9', 'birth_date', 'sex'))"
    " or exists (select from link l join review r on r.kind = 'merge'"
    "   and l.account_id in (r.account_id, r.into_account_id)"
    "   where r.reference = $1 and greatest(l.linked_at, l.undone_at) >= r.stated_at)"};

constexpr Statement find_obstacle{
    "review_obstacle",
    "select case r.kind when 'merge' then merge_obstacle(r.account_id, r.into_account_id)"
    "   when 'rename' then (select 'name_taken' from account a join account o on o.portal = "
    "a.portal"
    "     where a.id = r.account_id and o.account_key = r.new_key) end"
    " from review r where r.reference = $1"};

constexpr Statement keep_proposal{
    "review_propose",
    "update review set proposed_by = $2, proposed_at = clock_timestamp(),"
    " undo_reason = case when kind = 'undo' then $3 end,"
    " act_reason = case when kind in ('rename', 'merge') then $3 end where reference = $1 and "
    "state = 'open' "
    "returning proposed_at"};

constexpr Statement keep_approval{"review_approve",
                                  "update review set state = 'approved', decided_by = $2,"
                                  " decided_at = greatest(clock_timestamp(), proposed_at)"
                                  " where reference = $1 and state = 'open' returning decided_at"};

constexpr Statement undo_link{"review_undo_link", "select undo_link($1::bigint)"};

constexpr Statement rename_account{"review_rename",
                                   "select rename_account(id) from review where reference = $1"};

constexpr Statement merge_accounts{
    "review_merge",
    "select m.moved, m.stayed from review r, merge_accounts(r.id) m where r.reference = $1"};

constexpr Statement keep_rejection{
    "review_reject",
    "update review set state = 'rejected', decided_by = $2, decided_at = clock_timestamp(),"
    " note = $3 where reference = $1 and state = 'open' returning decided_at"};

/// Uniqueness is the database's (R29): no officer can decide it away.
bool about_the_subject(const Review& review) {
  return std::ranges::any_of(review.reasons, [](const std::string& reason) {
    return reason == "subject_of_other_person" || reason == "person_has_other_subject";
  });
}

NewValues values_of(const ReviewSides& sides) {
  NewValues values;
  for (const auto& [name, value] : sides.other) {
    const auto field = identity::field_from_text(name);
    if (field && !value.empty()) values.emplace(*field, value);
  }
  return values;
}

Params one_text(const std::string& text) {
  Params params;
  params.text(text);
  return params;
}

RulingAnswer answer(RulingOutcome outcome, const Review& review) {
  RulingAnswer answer;
  answer.outcome = outcome;
  answer.review = review;
  return answer;
}

/// Bodies of the transactions. Const: nothing of a failed try is remembered.
class Viewing {
 public:
  Viewing(const KeyRing& keys, const std::string& reference, const OfficerAct& look)
      : keys_(keys), reference_(reference), look_(look) {}

  Task<std::optional<ReviewFile>> operator()(Transaction& transaction) const {
    const auto locked = co_await lock_review(transaction, keys_, reference_);
    if (!locked) co_return std::nullopt;
    ReviewFile file;
    file.review = locked->review;
    file.sides = read_sides(locked->row, 0, keys_);
    co_await record_act(transaction, keys_, "review.viewed", file, look_);
    co_return std::optional{std::move(file)};
  }

 private:
  const KeyRing& keys_;
  const std::string& reference_;
  const OfficerAct& look_;
};

class Approval {
 public:
  Approval(const KeyRing& keys, const Ruling& ruling, Wall now)
      : keys_(keys), ruling_(ruling), now_(now) {}

  Task<RulingAnswer> operator()(Transaction& transaction) const {
    const auto locked = co_await lock_review(transaction, keys_, ruling_.reference);
    if (!locked) co_return RulingAnswer{};
    ReviewFile file;
    file.review = locked->review;
    if (const auto refused = refusal(file.review)) co_return answer(*refused, file.review);
    // A wrong link is wrong whatever the account's identity has become.
    if (file.review.kind != ReviewKind::undo && file.review.kind != ReviewKind::rename) {
      const Result changed = co_await transaction.query(changed_since, one_text(ruling_.reference));
      if (changed.boolean(0, 0)) co_return answer(RulingOutcome::outdated, file.review);
    }
    const Result found = co_await transaction.query(find_obstacle, one_text(ruling_.reference));
    if (auto obstacle = found.optional_text(0, 0)) {
      auto refused = answer(RulingOutcome::obstructed, file.review);
      refused.obstacle = *std::move(obstacle);
      co_return refused;
    }
    file.sides = read_sides(locked->row, 0, keys_);
    if (const auto refused = refusal(file, locked->account)) {
      co_return answer(*refused, file.review);
    }
    const bool first = !file.review.proposed;
    RulingAnswer done;
    if (first) {
      done = co_await propose(transaction, std::move(file));
    } else {
      done = co_await approve(transaction, std::move(file));
    }
    co_return done;
  }

 private:
  [[nodiscard]] std::optional<RulingOutcome> refusal(const Review& review) const {
    if (review.state != ReviewState::open) return RulingOutcome::decided_before;
    if (review.proposed && review.proposed->officer == ruling_.officer) {
      return RulingOutcome::same_officer;
    }
    if (about_the_subject(review)) return RulingOutcome::subject_taken;
    const bool is_act = review.kind != ReviewKind::link && review.kind != ReviewKind::identity;
    if (is_act && !review.proposed && ruling_.note.empty()) {
      return RulingOutcome::unreasoned;
    }
    return std::nullopt;
  }

  [[nodiscard]] static std::optional<RulingOutcome> refusal(const ReviewFile& file,
                                                            const LegacyAccount& account) {
    if (file.review.kind == ReviewKind::undo) {
      const bool stands = account.linked && account.linked->link_id == file.review.link_id;
      return stands ? std::nullopt : std::optional{RulingOutcome::link_gone};
    }
    if (file.review.kind != ReviewKind::identity) return std::nullopt;
    const NewValues values = values_of(file.sides);
    if (values.empty()) return RulingOutcome::names_nobody;
    const auto told = values.find(Field::citizen_id);
    const auto& held = account.identity.number;
    const bool other_number = told != values.end() && (!held || held->digits() != told->second);
    if (account.linked && other_number) return RulingOutcome::linked;
    return std::nullopt;
  }

  [[nodiscard]] Params by_officer() const {
    Params params;
    params.text(ruling_.reference).text(ruling_.officer);
    return params;
  }

  Task<RulingAnswer> propose(Transaction& transaction, ReviewFile file) const {
    Params params = by_officer();
    params.text(ruling_.note);
    const Result kept = co_await transaction.query(keep_proposal, std::move(params));
    file.review.proposed = OfficerAct{ruling_.officer, kept.instant(0, 0)};
    co_await record_act(transaction, keys_, "review.proposed", file, *file.review.proposed);
    co_return answer(RulingOutcome::proposed, file.review);
  }

  Task<RulingAnswer> approve(Transaction& transaction, ReviewFile file) const {
    // Fields first: the approval is to be later than the changes that it makes.
    if (file.review.kind == ReviewKind::identity) {
      NewValues values = values_of(file.sides);
      co_await overwrite_verified(transaction, keys_, file.review.account_id, std::move(values),
                                  file.review.told_by, now_);
    }
    const Result kept = co_await transaction.query(keep_approval, by_officer());
    file.review.state = ReviewState::approved;
    file.review.decided = OfficerAct{ruling_.officer, kept.instant(0, 0)};
    co_await record_act(transaction, keys_, "review.approved", file, *file.review.decided);
    if (file.review.link_id) {
      Params of_link;
      of_link.integer(*file.review.link_id);
      co_await transaction.query(undo_link, std::move(of_link));
    }
    RulingAnswer done = answer(RulingOutcome::approved, file.review);
    if (file.review.kind == ReviewKind::rename) {
      co_await transaction.query(rename_account, one_text(ruling_.reference));
    } else if (file.review.into_account_id) {
      const Result rows = co_await transaction.query(merge_accounts, one_text(ruling_.reference));
      done.moved = rows.integer(0, 0);
      done.stayed = rows.integer(0, 1);
    }
    co_return done;
  }

  const KeyRing& keys_;
  const Ruling& ruling_;
  Wall now_;
};

class Rejection {
 public:
  Rejection(const KeyRing& keys, const Ruling& ruling) : keys_(keys), ruling_(ruling) {}

  Task<RulingAnswer> operator()(Transaction& transaction) const {
    const auto locked = co_await lock_review(transaction, keys_, ruling_.reference);
    if (!locked) co_return RulingAnswer{};
    ReviewFile file;
    file.review = locked->review;
    if (file.review.state != ReviewState::open) {
      co_return answer(RulingOutcome::decided_before, file.review);
    }
    file.sides = readable_sides(locked->row);
    Params params;
    params.text(ruling_.reference).text(ruling_.officer).text(ruling_.note);
    const Result kept = co_await transaction.query(keep_rejection, std::move(params));
    file.review.state = ReviewState::rejected;
    file.review.decided = OfficerAct{ruling_.officer, kept.instant(0, 0)};
    file.review.note = ruling_.note;
    co_await record_act(transaction, keys_, "review.rejected", file, *file.review.decided);
    co_return answer(RulingOutcome::rejected, file.review);
  }

 private:
  /// What nobody can read any more can still be rejected.
  [[nodiscard]] ReviewSides readable_sides(const Result& row) const {
    try {
      return read_sides(row, 0, keys_);
    } catch (const UnreadableValue&) {
      return {};
    }
  }

  const KeyRing& keys_;
  const Ruling& ruling_;
};

}  // namespace

Task<std::optional<ReviewFile>> ReviewQueue::view(Ruling asked) {
  const std::shared_ptr<const KeyRing> keys = keys_;
  const OfficerAct look{asked.officer, database_.loop().wall_now()};
  Viewing work{*keys, asked.reference, look};
  co_return co_await postgres::with_retries(database_, postgres::Isolation::read_committed, work);
}

Task<RulingAnswer> ReviewQueue::approve(Ruling ruling) {
  const std::shared_ptr<const KeyRing> keys = keys_;
  Approval work{*keys, ruling, database_.loop().wall_now()};
  co_return co_await postgres::with_retries(database_, postgres::Isolation::read_committed, work);
}

Task<RulingAnswer> ReviewQueue::reject(Ruling ruling) {
  const std::shared_ptr<const KeyRing> keys = keys_;
  Rejection work{*keys, ruling};
  co_return co_await postgres::with_retries(database_, postgres::Isolation::read_committed, work);
}

}  // namespace vneid::link
