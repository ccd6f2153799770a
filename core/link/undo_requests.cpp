#include "link/undo_requests.hpp"

#include <vector>

#include "identity/citizen_number.hpp"
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

constexpr Statement open_undo{
    "undo_open",
    "insert into review (kind, reference, account_id, provider, link_id, account_masked,"
    " other_masked, sides_sealed, reasons, created_at, stated_at)"
    " select 'undo', $1, l.account_id, l.provider, l.id, $3, $4, $5::bytea, $6::text[],"
    " $7::timestamptz, clock_timestamp() from link l"
    " where l.id = $2::bigint and l.state = 'active'"
    " on conflict (link_id) where state = 'open' and kind = 'undo'"
    " do update set stated_at = review.stated_at returning reference"};

constexpr Statement find_open{
    "undo_find_open",
    "select r.link_id, r.reference from review r join link l on l.id = r.link_id"
    " where l.person_id = $1::bigint and r.kind = 'undo' and r.state = 'open'"};

constexpr Statement find_undone{
    "undo_find_undone", "select account_id from link where id = $1::bigint and state = 'undone'"};

std::string both_sides(const LinkedAccount& link) {
  std::string text;
  add_review_side(text, "account", "login", link.account_name);
  add_review_side(text, "person", "number", link.citizen_number);
  return text;
}

/// The body of the transaction. Const: nothing of a failed try is remembered.
class Asking {
 public:
  Asking(const crypto::KeyRing& keys, const LinkedAccount& link, const std::string& reason,
         const audit::Origin& origin, Wall now)
      : keys_(keys), link_(link), reason_(reason), origin_(origin), now_(now) {}

  Task<std::optional<UndoRequest>> operator()(postgres::Transaction& transaction) const {
    const std::string reference = new_review_reference();
    const Result opened = co_await transaction.query(open_undo, row_of(reference));
    if (opened.empty()) co_return std::nullopt;
    UndoRequest request;
    request.reference = opened.text(0, 0);
    request.repeated = request.reference != reference;
    if (!request.repeated) co_await audit::record(transaction, event());
    co_return std::optional<UndoRequest>{std::move(request)};
  }

 private:
  [[nodiscard]] Params row_of(const std::string& reference) const {
    const std::vector<std::string> reasons{reason_};
    Params params;
    params.text(reference)
        .integer(link_.link_id)
        .text(identity::mask_account(link_.account_name))
        .text(identity::mask_account(link_.citizen_number))
        .bytes(seal_sides(keys_, link_.account_id, SubjectKey{}, both_sides(link_)))
        .text_array(reasons)
        .instant(now_);
    return params;
  }

  [[nodiscard]] audit::Event event() const {
    audit::Event event;
    event.at = now_;
    event.name = "undo.asked";
    event.reason = reason_;
    event.origin = origin_;
    event.account_id = link_.account_id;
    if (const auto number =
            identity::CitizenNumber::parse(link_.citizen_number, identity::any_year)) {
      event.pid_masked = number->masked();
      event.pid_key = citizen_key(keys_, *number);
    }
    event.provider = link_.provider;
    event.link_id = link_.link_id;
    return event;
  }

  const crypto::KeyRing& keys_;
  const LinkedAccount& link_;
  const std::string& reason_;
  const audit::Origin& origin_;
  Wall now_;
};

}  // namespace

Task<std::optional<UndoRequest>> UndoRequests::ask(LinkedAccount link, std::string reason,
                                                   audit::Origin origin, Wall now) {
  const std::shared_ptr<const crypto::KeyRing> keys = keys_;
  Asking work{*keys, link, reason, origin, now};
  co_return co_await postgres::with_retries(database_, postgres::Isolation::read_committed, work);
}

Task<std::map<LinkId, std::string>> UndoRequests::open_of(PersonId person_id) {
  Params params;
  params.integer(person_id);
  const Result rows = co_await database_.query(find_open, std::move(params));
  std::map<LinkId, std::string> open;
  for (std::size_t row = 0; row < rows.rows(); ++row) {
    open.emplace(rows.id<LinkId>(row, 0), rows.text(row, 1));
  }
  co_return open;
}

Task<std::optional<AccountId>> UndoRequests::account_of_undone(LinkId link_id) {
  Params params;
  params.integer(link_id);
  const Result rows = co_await database_.query(find_undone, std::move(params));
  if (rows.empty()) co_return std::nullopt;
  co_return rows.id<AccountId>(0, 0);
}

}  // namespace vneid::link
