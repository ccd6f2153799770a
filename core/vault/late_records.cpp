#include "vault/late_records.hpp"

#include <utility>

#include "audit/audit.hpp"
#include "net/postgres/retry.hpp"
#include "vault/transfer.hpp"

namespace vneid::vault {

namespace {

using postgres::Params;
using postgres::Result;
using postgres::Statement;

constexpr Statement find_unfinished{
    "vault_unfinished",
    "select l.id, l.account_id, count(r.id) from link l"
    " left join vault v on v.account_id = l.account_id"
    " left join record r on r.vault_id = v.id and not exists (select from record c"
    "   where c.origin_record_id = r.id and c.returned_at is null)"
    " and not exists (select from transfer_note n where n.link_id = l.id and n.record_id = r.id"
    "   and n.reason <> 'other_version')"
    " where l.state = 'active' group by l.id"
    " having count(r.id) > 0 or not exists (select from transfer_job j where j.link_id = l.id)"
    " order by l.id"};

// Locks the account before its vault, as whoever makes or undoes the link.
constexpr Statement lock_active{
    "vault_lock_active",
    "select l.account_id from link l join account a on a.id = l.account_id"
    " where l.id = $1::bigint and l.state = 'active' for no key update of a"};

constexpr Statement still_active{"vault_still_active",
                                 "select from link where id = $1::bigint and state = 'active'"};

/// The body of the transaction. Const: nothing of a failed try is remembered.
class Resumption {
 public:
  Resumption(LinkId link_id, Wall now) : link_id_(link_id), now_(now) {}

  Task<std::int64_t> operator()(postgres::Transaction& transaction) const {
    const Result account = co_await transaction.query(lock_active, this_link());
    if (account.empty()) co_return 0;
    const Result active = co_await transaction.query(still_active, this_link());
    if (active.empty()) co_return 0;
    const std::int64_t judged = co_await carry(transaction, link_id_, now_);
    if (judged == 0) co_return 0;
    audit::Event event;
    event.at = now_;
    event.name = "transfer.resumed";
    event.account_id = account.id<AccountId>(0, 0);
    event.link_id = link_id_;
    co_await audit::record(transaction, std::move(event));
    co_return judged;
  }

 private:
  [[nodiscard]] Params this_link() const {
    Params params;
    params.integer(link_id_);
    return params;
  }

  LinkId link_id_;
  Wall now_;
};

}  // namespace

Task<std::vector<Unfinished>> unfinished_transfers(postgres::Database& database) {
  const Result rows = co_await database.query(find_unfinished, Params());
  std::vector<Unfinished> unfinished;
  unfinished.reserve(rows.rows());
  for (std::size_t row = 0; row < rows.rows(); ++row) {
    unfinished.push_back(
        {rows.id<LinkId>(row, 0), rows.id<AccountId>(row, 1), rows.integer(row, 2)});
  }
  co_return unfinished;
}

Task<std::int64_t> resume_transfer(postgres::Database& database, LinkId link_id) {
  Resumption work{link_id, database.loop().wall_now()};
  co_return co_await postgres::with_retries(database, postgres::Isolation::read_committed, work);
}

}  // namespace vneid::vault
