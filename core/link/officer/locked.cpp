#include "link/officer/locked.hpp"

#include <string_view>
#include <utility>
#include <vector>

#include "audit/audit.hpp"
#include "identity/citizen_number.hpp"
#include "link/officer/rows.hpp"
#include "link/stored_values.hpp"

namespace vneid::link {

namespace {

using crypto::KeyRing;
using postgres::Params;
using postgres::Result;
using postgres::Statement;
using postgres::Transaction;

constexpr Statement find_account{"review_find_account",
                                 "select account_id from review where reference = $1"};

constexpr Statement lock_row{"review_lock",
                             "select " VNEID_REVIEW_COLUMNS
                             " from review r where r.reference = $1 for no key update"};

constexpr Statement set_officer{"review_set_officer",
                                "select set_config('vneid.officer', $1, true)"};

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

/// The number that the review is about: the other side's, if it tells one.
std::optional<identity::CitizenNumber> number_of(const ReviewSides& sides) {
  for (const auto* side : {&sides.other, &sides.account}) {
    for (const std::string_view name : {"number", "citizen_id"}) {
      const auto found = side->find(name);
      if (found == side->end()) continue;
      const auto number = identity::CitizenNumber::parse(found->second, identity::any_year);
      if (number) return *number;
    }
  }
  return std::nullopt;
}

}  // namespace

Task<std::optional<LockedReview>> lock_review(Transaction& transaction, const KeyRing& keys,
                                              std::string reference) {
  const Result owner = co_await transaction.query(find_account, one_text(reference));
  if (owner.empty()) co_return std::nullopt;
  auto account = co_await lock_account(transaction, keys, owner.id<AccountId>(0, 0));
  const Result rows = co_await transaction.query(lock_row, one_text(reference));
  if (!account || rows.empty()) co_return std::nullopt;
  LockedReview locked;
  locked.account = *std::move(account);
  locked.review = read_review(rows, 0);
  locked.row = rows;
  co_return std::optional<LockedReview>{std::move(locked)};
}

Task<void> act_as(Transaction& transaction, std::string officer) {
  co_await transaction.query(set_officer, one_text(officer));
}

Task<void> record_act(Transaction& transaction, const KeyRing& keys, std::string name,
                      ReviewFile file, OfficerAct act) {
  co_await act_as(transaction, std::move(act.officer));
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
  const bool by_provider =
      file.review.kind == ReviewKind::link || file.review.kind == ReviewKind::undo;
  if (by_provider) event.provider = file.review.told_by;
  event.link_id = file.review.link_id;
  co_await audit::record(transaction, std::move(event));
}

}  // namespace vneid::link
