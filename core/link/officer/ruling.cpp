// What officers decide of a review; review_queue.cpp has what they read.

#include <algorithm>
#include <string_view>
#include <utility>

#include "audit/audit.hpp"
#include "identity/citizen_number.hpp"
#include "link/accounts.hpp"
#include "link/identity_fields.hpp"
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

constexpr Statement find_account{"review_find_account",
                                 "select account_id from review where reference = $1"};

constexpr Statement lock_review{"review_lock",
                                "select " VNEID_REVIEW_COLUMNS
                                " from review r where r.reference = $1 for no key update"};

// Only what says who somebody is: a new telephone number makes no review untrue.
constexpr Statement changed_since{
    "review_changed_since",
    "select exists (select from identity_field_change c join review r on r.account_id ="
    " c.account_id where r.reference = $1 and c.at >= r.stated_at"
    " and c.field in ('name', 'citizen_id', 'cmnd9', 'birth_date', 'sex'))"};

constexpr Statement set_officer{"review_set_officer",
                                "select set_config('vneid.officer', $1, true)"};

constexpr Statement keep_proposal{
    "review_propose",
    "update review set proposed_by = $2, proposed_at = clock_timestamp(),"
    " undo_reason = case when kind = 'undo' then $3 end where reference = $1 and state = 'open' "
    "returning proposed_at"};

constexpr Statement keep_approval{"review_approve",
                                  "update review set state = 'approved', decided_by = $2,"
                                  " decided_at = greatest(clock_timestamp(), proposed_at)"
                                  " where reference = $1 and state = 'open' returning decided_at"};

constexpr Statement undo_link{"review_undo_link", "select undo_link($1::bigint)"};

constexpr Statement keep_rejection{
    "review_reject",
    "update review set state = 'rejected', decided_by = $2, decided_at = clock_timestamp(),"
    " note = $3 where reference = $1 and state = 'open' returning decided_at"};

Params one_text(const std::string& text) {
  Params params;
  params.text(text);
  return params;
}

std::string comma_separated(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text.append(text.empty() ? "" : ",").append(word);
  return text;
}

/// Uniqueness is the database's (R29): no officer can decide it away.
bool about_the_subject(const Review& review) {
  return std::ranges::any_of(review.reasons, [](const std::string& reason) {
    return reason == "subject_of_other_person" || reason == "person_has_other_subject";
  });
}

/// The number that the review is about: the other side's, if it tells one.
std::optional<identity::CitizenNumber> number_of(const ReviewSides& sides) {
  constexpr int any_year = 9999;
  for (const auto* side : {&sides.other, &sides.account}) {
    for (const std::string_view name : {"number", "citizen_id"}) {
      const auto found = side->find(name);
      if (found == side->end()) continue;
      const auto number = identity::CitizenNumber::parse(found->second, any_year);
      if (number) return *number;
    }
  }
  return std::nullopt;
}

NewValues values_of(const ReviewSides& sides) {
  NewValues values;
  for (const auto& [name, value] : sides.other) {
    const auto field = identity::field_from_text(name);
    if (field && !value.empty()) values.emplace(*field, value);
  }
  return values;
}

/// What the body of a ruling has locked: account first, as links do.
struct Locked {
  LegacyAccount account;
  Review review;
  Result row;
};

Task<std::optional<Locked>> lock(Transaction& transaction, const KeyRing& keys,
                                 std::string reference) {
  const Result owner = co_await transaction.query(find_account, one_text(reference));
  if (owner.empty()) co_return std::nullopt;
  auto account = co_await lock_account(transaction, keys, owner.id<AccountId>(0, 0));
  const Result rows = co_await transaction.query(lock_review, one_text(reference));
  if (!account || rows.empty()) co_return std::nullopt;
  Locked locked;
  locked.account = *std::move(account);
  locked.review = read_review(rows, 0);
  locked.row = rows;
  co_return std::optional<Locked>{std::move(locked)};
}

Task<void> record(Transaction& transaction, const KeyRing& keys, std::string name, ReviewFile file,
                  OfficerAct act) {
  co_await transaction.query(set_officer, one_text(act.officer));
  audit::Event event;
  event.at = act.at;
  event.name = std::move(name);
  event.reason = comma_separated(file.review.reasons);
  event.origin.request_id = file.review.reference;
  event.account_id = file.review.account_id;
  if (const auto number = number_of(file.sides)) {
    event.pid_masked = number->masked();
    event.pid_key = citizen_key(keys, *number);
  }
  if (file.review.kind != ReviewKind::identity) event.provider = file.review.told_by;
  event.link_id = file.review.link_id;
  co_await audit::record(transaction, std::move(event));
}

RulingAnswer answer(RulingOutcome outcome, const Review& review) {
  return RulingAnswer{.outcome = outcome, .review = review};
}

/// Bodies of the transactions. Const: nothing of a failed try is remembered.
class Viewing {
 public:
  Viewing(const KeyRing& keys, const std::string& reference, const OfficerAct& look)
      : keys_(keys), reference_(reference), look_(look) {}

  Task<std::optional<ReviewFile>> operator()(Transaction& transaction) const {
    const auto locked = co_await lock(transaction, keys_, reference_);
    if (!locked) co_return std::nullopt;
    ReviewFile file;
    file.review = locked->review;
    file.sides = read_sides(locked->row, 0, keys_);
    co_await record(transaction, keys_, "review.viewed", file, look_);
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
    const auto locked = co_await lock(transaction, keys_, ruling_.reference);
    if (!locked) co_return RulingAnswer{};
    ReviewFile file;
    file.review = locked->review;
    if (const auto refused = refusal(file.review)) co_return answer(*refused, file.review);
    // A wrong link is wrong whatever the account's identity has become.
    if (file.review.kind != ReviewKind::undo) {
      const Result changed = co_await transaction.query(changed_since, one_text(ruling_.reference));
      if (changed.boolean(0, 0)) co_return answer(RulingOutcome::outdated, file.review);
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
    if (review.kind == ReviewKind::undo && !review.proposed && ruling_.note.empty()) {
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
    if (file.review.kind == ReviewKind::link) return std::nullopt;
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
    co_await record(transaction, keys_, "review.proposed", file, *file.review.proposed);
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
    co_await record(transaction, keys_, "review.approved", file, *file.review.decided);
    if (file.review.link_id) {
      Params of_link;
      of_link.integer(*file.review.link_id);
      co_await transaction.query(undo_link, std::move(of_link));
    }
    co_return answer(RulingOutcome::approved, file.review);
  }

  const KeyRing& keys_;
  const Ruling& ruling_;
  Wall now_;
};

class Rejection {
 public:
  Rejection(const KeyRing& keys, const Ruling& ruling) : keys_(keys), ruling_(ruling) {}

  Task<RulingAnswer> operator()(Transaction& transaction) const {
    const auto locked = co_await lock(transaction, keys_, ruling_.reference);
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
    co_await record(transaction, keys_, "review.rejected", file, *file.review.decided);
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
