#include "link/officer/merging.hpp"

#include <vector>

#include "audit/audit.hpp"
#include "identity/masking.hpp"
#include "link/review_reference.hpp"
#include "link/review_seal.hpp"
#include "link/review_sides.hpp"
#include "net/postgres/retry.hpp"

namespace vneid::link {

namespace {

using postgres::Params;
using postgres::Result;
using postgres::Statement;
using Asked = std::variant<MergeRequest, MergeObstacle>;

constexpr Statement find_obstacle{"merge_obstacle",
                                  "select merge_obstacle($1::bigint, $2::bigint)"};

constexpr Statement open_merge{
    "merge_open",
    "insert into review (kind, reference, account_id, into_account_id, source, account_masked,"
    " other_masked, sides_sealed, reasons, created_at, stated_at)"
    " values ('merge', $1, $2::bigint, $3::bigint, 'officer', $4, $5, $6::bytea, $7::text[],"
    " $8::timestamptz, clock_timestamp())"
    " on conflict (account_id, kind) where state = 'open' and kind in ('rename', 'merge')"
    " do update set stated_at = review.stated_at returning reference, into_account_id"};

constexpr Statement find_merged{"merge_find_into",
                                "select merged_into from account where id = $1::bigint"};

void add_side(std::string& text, std::string_view side, const LegacyAccount& account) {
  add_review_side(text, side, "login", account.name);
  add_review_side(text, side, "name", account.full_name.value_or(""));
  const identity::LegacyIdentity& identity = account.identity;
  if (identity.number) add_review_side(text, side, "number", identity.number->digits());
  if (identity.birth_date) {
    add_review_side(text, side, "birth_date", identity.birth_date->to_text());
  }
}

bool is_verified(const LegacyAccount& account) {
  return account.identity.number &&
         account.identity.number_status == identity::FieldStatus::verified;
}

/// What the second officer is to look at.
std::vector<std::string> reasons_of(const LegacyAccount& from, const LegacyAccount& into) {
  std::vector<std::string> reasons{"officer_asks"};
  if (!is_verified(from)) reasons.emplace_back("number_not_verified");
  if (!is_verified(into)) reasons.emplace_back("other_number_not_verified");
  if (!from.linked && into.linked) reasons.emplace_back("other_is_linked");
  return reasons;
}

struct Both {
  const LegacyAccount& from;
  const LegacyAccount& into;
};

/// The body of the transaction. Const: nothing of a failed try is remembered.
class Asking {
 public:
  Asking(const crypto::KeyRing& keys, const Both& both, Wall now)
      : keys_(keys), from_(both.from), into_(both.into), now_(now) {}

  Task<Asked> operator()(postgres::Transaction& transaction) const {
    Params both;
    both.integer(from_.id).integer(into_.id);
    const Result obstacle = co_await transaction.query(find_obstacle, std::move(both));
    if (auto code = obstacle.optional_text(0, 0)) co_return Asked{MergeObstacle{*std::move(code)}};
    const std::string reference = new_review_reference();
    const Result opened = co_await transaction.query(open_merge, row_of(reference));
    MergeRequest request{std::string{opened.text(0, 0)}, opened.id<AccountId>(0, 1)};
    if (request.reference == reference) {
      audit::Event event;
      event.at = now_;
      event.name = "merge.asked";
      event.reason = "officer_asks";
      event.origin.request_id = reference;
      event.account_id = from_.id;
      co_await audit::record(transaction, std::move(event));
    }
    co_return Asked{std::move(request)};
  }

 private:
  [[nodiscard]] Params row_of(const std::string& reference) const {
    std::string sides;
    add_side(sides, "account", from_);
    add_side(sides, "source", into_);
    Params params;
    params.text(reference)
        .integer(from_.id)
        .integer(into_.id)
        .text(identity::mask_account(from_.name))
        .text(identity::mask_account(into_.name))
        .bytes(seal_sides(keys_, from_.id, SubjectKey{}, sides))
        .text_array(reasons_of(from_, into_))
        .instant(now_);
    return params;
  }

  const crypto::KeyRing& keys_;
  const LegacyAccount& from_;
  const LegacyAccount& into_;
  Wall now_;
};

}  // namespace

Task<Asked> MergeRequests::ask(LegacyAccount from, LegacyAccount into, Wall now) {
  const std::shared_ptr<const crypto::KeyRing> keys = keys_;
  Asking work{*keys, {.from = from, .into = into}, now};
  co_return co_await postgres::with_retries(database_, postgres::Isolation::read_committed, work);
}

Task<std::optional<AccountId>> MergeRequests::merged_into(AccountId account_id) {
  Params params;
  params.integer(account_id);
  const Result rows = co_await database_.query(find_merged, std::move(params));
  if (rows.empty() || rows.is_null(0, 0)) co_return std::nullopt;
  co_return rows.id<AccountId>(0, 0);
}

}  // namespace vneid::link
