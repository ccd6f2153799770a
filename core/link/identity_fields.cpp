#include "link/identity_fields.hpp"

#include <array>
#include <string_view>

#include "identity/birth_date.hpp"
#include "identity/citizen_number.hpp"
#include "identity/masking.hpp"
#include "identity/name_key.hpp"
#include "link/review_sides.hpp"
#include "link/stored_fields.hpp"
#include "link/stored_values.hpp"
#include "net/postgres/retry.hpp"

namespace vneid::link {

namespace {

using crypto::KeyRing;
using identity::Field;
using identity::FieldStatus;
using postgres::Transaction;

// The fields that say who somebody is. The others (where one lives, how places are called) change
// in the course of a life, and a source that tells something new is simply newer.
constexpr std::array identifying{Field::name, Field::citizen_id, Field::cmnd9, Field::birth_date,
                                 Field::sex};

bool same_name(const std::string& left, const std::string& right) {
  const auto one = identity::NameKeys::make(left);
  const auto other = identity::NameKeys::make(right);
  return one && other && one->strict == other->strict;
}

bool same_value(Field field, const std::string& held, const std::string& told) {
  if (field == Field::name) return held == told || same_name(held, told);
  if (field != Field::birth_date) return held == told;
  const auto one = identity::BirthDate::from_text(held);
  const auto other = identity::BirthDate::from_text(told);
  return one && other && identity::compatible(*one, *other);
}

/// What is kept where both mean the same: a name as its owner writes it rather than in the capitals
/// of registers, and the date that knows more.
std::string better_value(Field field, const std::string& held, const std::string& told) {
  if (field == Field::birth_date) return held.size() >= told.size() ? held : told;
  return held;
}

std::string masked(const FieldValues& fields) {
  const auto number = fields.find(Field::citizen_id);
  if (number != fields.end()) {
    const auto parsed = identity::CitizenNumber::parse(number->second.value, identity::any_year);
    if (parsed) return parsed->masked();
  }
  const auto name = fields.find(Field::name);
  return name == fields.end() ? "***" : identity::mask_name(name->second.value);
}

IdentityCase case_of(const Verification& asked, const FieldValues& held,
                     std::vector<std::string> reasons) {
  IdentityCase review;
  review.account_id = asked.account_id;
  review.source = asked.source;
  review.account_masked = masked(held);
  FieldValues told;
  for (const auto& [field, value] : asked.values) told[field].value = value;
  review.source_masked = asked.values.empty() ? "***" : masked(told);
  for (const Field field : identity::all_fields) {
    const auto ours = held.find(field);
    if (ours != held.end())
      add_review_side(review.sides, "account", identity::to_text(field), ours->second.value);
    const auto theirs = asked.values.find(field);
    if (theirs != asked.values.end() && !theirs->second.empty()) {
      add_review_side(review.sides, "source", identity::to_text(field), theirs->second);
    }
  }
  review.reasons = std::move(reasons);
  review.at = asked.now;
  return review;
}

std::vector<std::string> contradictions(const Verification& asked, const FieldValues& held) {
  std::vector<std::string> reasons;
  for (const Field field : identifying) {
    const auto theirs = asked.values.find(field);
    const auto ours = held.find(field);
    if (theirs == asked.values.end() || theirs->second.empty() || ours == held.end()) continue;
    const bool verified = ours->second.status == FieldStatus::verified;
    if (verified && !same_value(field, ours->second.value, theirs->second)) {
      reasons.push_back(std::string{identity::to_text(field)} + "_differs");
    }
  }
  return reasons;
}

std::string comma_separated(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ",") + word;
  return text;
}

audit::Event event_of(std::string name, audit::Result result, std::string reason,
                      const audit::Origin& origin, AccountId account_id, Wall now) {
  audit::Event event;
  event.at = now;
  event.name = std::move(name);
  event.result = result;
  event.reason = std::move(reason);
  event.origin = origin;
  event.account_id = account_id;
  return event;
}

void add_number(audit::Event& event, const KeyRing& keys, const NewValues& values) {
  const auto told = values.find(Field::citizen_id);
  if (told == values.end()) return;
  const auto number = identity::CitizenNumber::parse(told->second, identity::any_year);
  if (!number) return;
  event.pid_masked = number->masked();
  event.pid_key = citizen_key(keys, *number);
}

/// Goes on with a value that means the same and that the holder typed, or has already.
void prefer(FieldValue& fresh, Field field, const std::string& known, bool told) {
  if (!same_value(field, known, fresh.value)) return;
  fresh.value = better_value(field, known, fresh.value);
  if (fresh.value == known) fresh.told = told;
}

/// Bodies of the transactions. Const: nothing of a failed try is remembered.
class StoreWork {
 public:
  StoreWork(const KeyRing& keys, const Verification& asked) : keys_(keys), asked_(asked) {}

  Task<VerificationOutcome> operator()(Transaction& transaction) const {
    LockedFields held = co_await lock_fields(transaction, keys_, asked_.account_id);
    std::vector<std::string> reasons = contradictions(asked_, held.fields);
    if (asked_.values.empty()) reasons.emplace_back("source_knows_nobody");
    if (!reasons.empty()) {
      Contradicted contradicted;
      contradicted.reference =
          co_await open_identity_review(transaction, keys_, case_of(asked_, held.fields, reasons));
      co_await record(transaction, "identity.contradicted", audit::Result::refused,
                      comma_separated(reasons));
      co_return VerificationOutcome{std::move(contradicted)};
    }
    co_await say_why(transaction, "self_update", asked_.origin.request_id);
    Stored stored;
    for (const auto& [field, told] : asked_.values) {
      if (told.empty()) continue;
      const bool changed = co_await put(transaction, held, field, told);
      stored.changed = stored.changed || changed;
    }
    for (const auto& [field, typed] : asked_.typed) {
      const bool changed = co_await keep_typed(transaction, held, field, typed);
      stored.changed = stored.changed || changed;
    }
    co_await record(transaction, "identity.verified", audit::Result::ok, "self_update");
    co_return VerificationOutcome{stored};
  }

 private:
  Task<bool> put(Transaction& transaction, LockedFields held, Field field, std::string told) const {
    FieldValue fresh;
    fresh.status = FieldStatus::verified;
    fresh.value = std::move(told);
    fresh.source = asked_.source;
    fresh.verified_at = asked_.now;
    fresh.told = true;
    const auto typed = asked_.typed.find(field);
    if (typed != asked_.typed.end()) prefer(fresh, field, typed->second, false);
    const auto ours = held.fields.find(field);
    if (ours != held.fields.end()) {
      const FieldValue& old = ours->second;
      prefer(fresh, field, old.value, old.told);
      if (old.status == FieldStatus::verified && old.value == fresh.value &&
          old.source == fresh.source && old.told == fresh.told) {
        co_await renew(transaction, asked_.account_id, field, asked_.now);
        co_return false;
      }
    }
    co_await put_field(transaction, keys_, std::move(held.account_key), asked_.account_id, field,
                       std::move(fresh));
    co_return true;
  }

  Task<bool> keep_typed(Transaction& transaction, LockedFields held, Field field,
                        std::string typed) const {
    const auto told = asked_.values.find(field);
    const auto ours = held.fields.find(field);
    const bool told_too = told != asked_.values.end() && !told->second.empty();
    const bool same = ours != held.fields.end() && ours->second.value == typed;
    const bool locked = ours != held.fields.end() && ours->second.status == FieldStatus::verified;
    if (told_too || same || locked || typed.empty()) co_return false;
    FieldValue fresh;
    fresh.status = FieldStatus::self_entered;
    fresh.value = std::move(typed);
    co_await put_field(transaction, keys_, std::move(held.account_key), asked_.account_id, field,
                       std::move(fresh));
    co_return true;
  }

  Task<void> record(Transaction& transaction, std::string name, audit::Result result,
                    std::string reason) const {
    audit::Event event = event_of(std::move(name), result, std::move(reason), asked_.origin,
                                  asked_.account_id, asked_.now);
    add_number(event, keys_, asked_.values);
    co_await audit::record(transaction, std::move(event));
  }

  const KeyRing& keys_;
  const Verification& asked_;
};

class EditWork {
 public:
  EditWork(const KeyRing& keys, const Edit& edit) : keys_(keys), edit_(edit) {}

  Task<std::vector<Field>> operator()(Transaction& transaction) const {
    LockedFields held = co_await lock_fields(transaction, keys_, edit_.account_id);
    co_await say_why(transaction, "edit", edit_.origin.request_id);
    std::vector<Field> refused;
    std::vector<std::string> changed;
    for (const auto& [field, value] : edit_.values) {
      const auto ours = held.fields.find(field);
      const bool known = ours != held.fields.end();
      const bool hidden = known && ours->second.told;
      if (!hidden && (known ? ours->second.value == value : value.empty())) continue;
      if (known && ours->second.status == FieldStatus::verified) {
        refused.push_back(field);
        continue;
      }
      FieldValue fresh;
      fresh.status = value.empty() ? FieldStatus::empty : FieldStatus::self_entered;
      fresh.value = value;
      co_await put_field(transaction, keys_, held.account_key, edit_.account_id, field,
                         std::move(fresh));
      changed.emplace_back(identity::to_text(field));
    }
    if (!changed.empty()) {
      co_await audit::record(
          transaction, event_of("identity.edited", audit::Result::ok, comma_separated(changed),
                                edit_.origin, edit_.account_id, edit_.now));
    }
    co_return refused;
  }

 private:
  const KeyRing& keys_;
  const Edit& edit_;
};

}  // namespace

Task<VerificationOutcome> Identities::store(Verification verification) {
  const std::shared_ptr<const KeyRing> keys = keys_;
  StoreWork work{*keys, verification};
  co_return co_await postgres::with_retries(database_, postgres::Isolation::read_committed, work);
}

Task<std::vector<Field>> Identities::edit(Edit edit) {
  const std::shared_ptr<const KeyRing> keys = keys_;
  EditWork work{*keys, edit};
  co_return co_await postgres::with_retries(database_, postgres::Isolation::read_committed, work);
}

}  // namespace vneid::link
