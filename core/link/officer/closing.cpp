#include "link/officer/closing.hpp"

#include <utility>

namespace vneid::link {

namespace {

constexpr postgres::Statement close{"account_close", "select close_account($1::bigint, $2, $3)"};

}  // namespace

Task<bool> close_account(postgres::Database& database, AccountId account_id, std::string officer,
                         std::string reason) {
  postgres::Params params;
  params.integer(account_id).text(officer).text(reason);
  const postgres::Result rows = co_await database.query(close, std::move(params));
  co_return rows.boolean(0, 0);
}

}  // namespace vneid::link
