#include "link/officer/renaming.hpp"

#include <vector>

#include "audit/audit.hpp"
#include "identity/masking.hpp"
#include "link/review_reference.hpp"
#include "link/review_seal.hpp"
#include "link/review_sides.hpp"
#include "link/stored_values.hpp"
#include "net/postgres/retry.hpp"

namespace vneid::link {

namespace {

using postgres::Params;
using postgres::Result;
using postgres::Statement;
using Asked = std::variant<RenameRequest, AccountId>;

constexpr Statement find_holder{"rename_holder",
                                "select id from account where portal = $1 and account_key = $2"};

// The key that an account's values are sealed under never changes again (schema 0017).
constexpr Statement read_seal{
    "rename_seal",
    "select coalesce(sealed_under, account_key)::bytea from account where id = $1::bigint"};

constexpr Statement open_rename{
    "rename_open",
    "insert into review (kind, reference, account_id, new_key, new_name_sealed, source,"
    " account_masked, other_masked, sides_sealed, reasons, created_at, stated_at)"
    " values ('rename', $1, $2::bigint, $3::bytea, $4::bytea, 'officer', $5, $6, $7::bytea,"
    " $8::text[], $9::timestamptz, clock_timestamp())"
    " on conflict (account_id, kind) where state = 'open' and kind in ('rename', 'merge')"
    " do update set stated_at = review.stated_at returning reference, new_key::bytea"};

constexpr Statement find_renamed{
    "rename_done",
    "select exists (select from account_act where account_id = $1::bigint and act = 'renamed')"};

Params one_id(AccountId account_id) {
  Params params;
  params.integer(account_id);
  return params;
}

/// The body of the transaction. Const: nothing of a failed try is remembered.
class Asking {
 public:
  Asking(const crypto::KeyRing& keys, const LegacyAccount& account, const std::string& name,
         Wall now)
      : keys_(keys),
        account_(account),
        name_(name),
        key_(account_key(keys, account.portal, name)),
        now_(now) {}

  Task<Asked> operator()(postgres::Transaction& transaction) const {
    Params wanted;
    wanted.text(account_.portal.value()).bytes(key_);
    const Result holder = co_await transaction.query(find_holder, std::move(wanted));
    if (!holder.empty()) co_return Asked{holder.id<AccountId>(0, 0)};
    const Result seal = co_await transaction.query(read_seal, one_id(account_.id));
    const std::string reference = new_review_reference();
    const std::string sealed = seal_account_name(keys_, seal.bytes(0, 0), name_);
    const Result opened = co_await transaction.query(open_rename, row_of(reference, sealed));
    RenameRequest request;
    request.reference = opened.text(0, 0);
    request.other_name = opened.bytes(0, 1) != key_;
    if (request.reference == reference) co_await audit::record(transaction, event(reference));
    co_return Asked{std::move(request)};
  }

 private:
  [[nodiscard]] Params row_of(const std::string& reference, const std::string& sealed) const {
    std::string sides;
    add_review_side(sides, "account", "login", account_.name);
    add_review_side(sides, "source", "login", name_);
    const std::vector<std::string> reasons{"officer_asks"};
    Params params;
    params.text(reference)
        .integer(account_.id)
        .bytes(key_)
        .bytes(sealed)
        .text(identity::mask_account(account_.name))
        .text(identity::mask_account(name_))
        .bytes(seal_sides(keys_, account_.id, SubjectKey{}, sides))
        .text_array(reasons)
        .instant(now_);
    return params;
  }

  [[nodiscard]] audit::Event event(const std::string& reference) const {
    audit::Event event;
    event.at = now_;
    event.name = "rename.asked";
    event.reason = "officer_asks";
    event.origin.request_id = reference;
    event.account_id = account_.id;
    return event;
  }

  const crypto::KeyRing& keys_;
  const LegacyAccount& account_;
  const std::string& name_;
  std::string key_;
  Wall now_;
};

}  // namespace

Task<Asked> RenameRequests::ask(LegacyAccount account, std::string name, Wall now) {
  const std::shared_ptr<const crypto::KeyRing> keys = keys_;
  Asking work{*keys, account, name, now};
  co_return co_await postgres::with_retries(database_, postgres::Isolation::read_committed, work);
}

Task<bool> RenameRequests::was_renamed(AccountId account_id) {
  const Result rows = co_await database_.query(find_renamed, one_id(account_id));
  co_return rows.boolean(0, 0);
}

}  // namespace vneid::link
