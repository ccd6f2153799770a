#include "link/account_names.hpp"

#include "link/stored_values.hpp"

namespace vneid::link {

namespace {

constexpr postgres::Statement names_after{
    "account_names",
    "select a.id, coalesce(a.sealed_under, a.account_key)::bytea, a.account_name_sealed, a.status,"
    "   exists (select from link l where l.account_id = a.id and l.state = 'active')"
    " from account a where a.portal = $1 and a.id > $2::bigint order by a.id limit $3::bigint"};

}  // namespace

Task<std::vector<NamedAccount>> AccountNames::page(AccountId after) {
  postgres::Params params;
  params.text(portal_.value()).integer(after).integer(page_size);
  const postgres::Result rows = co_await database_.query(names_after, std::move(params));
  std::vector<NamedAccount> accounts;
  accounts.reserve(rows.rows());
  for (std::size_t row = 0; row < rows.rows(); ++row) {
    NamedAccount account;
    account.id = rows.id<AccountId>(row, 0);
    account.name = open_account_name(*keys_, rows.bytes(row, 1), rows.bytes(row, 2));
    account.closed = rows.text(row, 3) == "closed";
    account.linked = rows.boolean(row, 4);
    accounts.push_back(std::move(account));
  }
  co_return accounts;
}

}  // namespace vneid::link
