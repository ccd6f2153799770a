#include "link/officer/flagging.hpp"

#include <utility>

namespace vneid::link {

namespace {

constexpr postgres::Statement flag{"person_flag", "select flag_person($1::bigint, $2, $3, $4)"};
constexpr postgres::Statement unflag{"person_unflag",
                                     "select unflag_person($1::bigint, $2, $3, $4)"};
constexpr postgres::Statement linked_accounts{
    "person_accounts",
    "select account_id from link where person_id = $1::bigint and state = 'active' order by 1"};

postgres::Params params_of(const FlagRequest& request) {
  postgres::Params params;
  params.integer(request.person_id)
      .text(request.officer)
      .text(request.reason)
      .text(request.number_masked);
  return params;
}

}  // namespace

Task<bool> flag_person(postgres::Database& database, FlagRequest request) {
  const postgres::Result rows = co_await database.query(flag, params_of(request));
  co_return rows.boolean(0, 0);
}

Task<UnflagOutcome> unflag_person(postgres::Database& database, FlagRequest request) {
  const postgres::Result rows = co_await database.query(unflag, params_of(request));
  const std::string outcome{rows.text(0, 0)};
  if (outcome == "unflagged") co_return UnflagOutcome::unflagged;
  co_return outcome == "same_officer" ? UnflagOutcome::same_officer : UnflagOutcome::not_flagged;
}

Task<std::vector<AccountId>> accounts_of(postgres::Database& database, PersonId person_id) {
  postgres::Params params;
  params.integer(person_id);
  const postgres::Result rows = co_await database.query(linked_accounts, std::move(params));
  std::vector<AccountId> accounts;
  accounts.reserve(rows.rows());
  for (std::size_t row = 0; row < rows.rows(); ++row) {
    accounts.push_back(rows.id<AccountId>(row, 0));
  }
  co_return accounts;
}

}  // namespace vneid::link
