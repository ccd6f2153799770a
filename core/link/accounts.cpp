#include "link/accounts.hpp"

#include <stdexcept>

#include "certain.hpp"
#include "identity/account_name.hpp"

namespace vneid::link {

namespace {

using crypto::KeyRing;
using identity::Field;
using postgres::Params;
using postgres::Result;
using postgres::Statement;

// What every statement below selects from an account `a`: a row a field that decide() needs.
#define VNEID_ACCOUNT_COLUMNS                                                         \
  "a.id, a.portal, a.kind, a.status, coalesce(a.sealed_under, a.account_key)::bytea," \
  " a.account_name_sealed, l.id,"                                                     \
  " l.person_id, l.provider, l.linked_at, f.field, f.status, f.value_sealed,"         \
  " case when f.field = 'citizen_id' and f.status = 'verified' then (select"          \
  "   c.reason <> 'self_update' or c.new_source = 'vneid' from"                       \
  "   identity_field_change c where c.account_id = a.id and c.field = f.field"        \
  "   order by c.id desc limit 1) end,"                                               \
  " kept_out(l.person_id)"
#define VNEID_ACCOUNT_JOINS                                                    \
  " left join link l on l.account_id = a.id and l.state = 'active'"            \
  " left join identity_field f on f.account_id = a.id and f.status <> 'empty'" \
  "   and f.field in ('name', 'cmnd9', 'citizen_id', 'birth_date', 'sex')"

constexpr Statement ensure_account{
    "account_ensure",
    "with a as ("
    "  insert into account (portal, account_key, account_name_sealed, kind, created_at,"
    "    last_login_at) values ($1, $2, $3, coalesce($4::text, 'personal'), $5, $5)"
    "  on conflict (portal, account_key) do update set"
    "    last_login_at = greatest(account.last_login_at, excluded.last_login_at),"
    "    kind = case when $4::text is null or exists (select from link l where l.account_id = "
    "account.id)"
    "      then account.kind else excluded.kind end"
    "  returning *, xmax = 0 as first_seen)"
    "select " VNEID_ACCOUNT_COLUMNS ", a.first_seen from a" VNEID_ACCOUNT_JOINS};

constexpr Statement find_by_id{"account_find",
                               "select " VNEID_ACCOUNT_COLUMNS " from account a" VNEID_ACCOUNT_JOINS
                               " where a.id = $1::bigint"};

constexpr Statement find_by_name{
    "account_find_by_name", "select " VNEID_ACCOUNT_COLUMNS " from account a" VNEID_ACCOUNT_JOINS
                            " where a.portal = $1 and a.account_key = $2"};

// What was only typed is no proof of anything: anyone may type another person's number.
constexpr Statement find_adoptable{
    "account_adoptable",
    "select a.id from account a join identity_field n on n.account_id = a.id"
    "   and n.field = 'citizen_id' and n.status = 'verified' and n.value_key = $2::bytea"
    " where a.portal = $1 and a.status = 'active' and a.kind <> 'organization'"
    "   and not exists (select from link l where l.account_id = a.id and l.state = 'active')"
    " order by a.created_at, a.id limit 20"};

constexpr Statement glance_at{
    "account_glances",
    "select a.id, a.kind, a.last_login_at, (select count(*) from vault v join record r"
    "   on r.vault_id = v.id where v.account_id = a.id and not r.hidden)"
    " from account a where a.id = any($1::text[]::bigint[]) order by a.id"};

// Locks without keeping others from referring to the account (audit, notices, reviews).
constexpr Statement lock_row{"account_lock",
                             "select 1 from account where id = $1::bigint for no key update"};

#undef VNEID_ACCOUNT_COLUMNS
#undef VNEID_ACCOUNT_JOINS

identity::AccountKind for_decision(AccountKind kind) {
  return kind == AccountKind::organization ? identity::AccountKind::organization
                                           : identity::AccountKind::personal;
}

void add_field(LegacyAccount& account, Field field, identity::FieldStatus status,
               std::string value) {
  identity::LegacyIdentity& identity = account.identity;
  switch (field) {
    case Field::name: {
      auto keys = identity::NameKeys::make(value);
      if (keys) identity.name = *std::move(keys);
      account.full_name = std::move(value);
      break;
    }
    case Field::cmnd9: {
      auto number = identity::Cmnd::parse(value);
      if (number) identity.cmnd = *std::move(number);
      break;
    }
    case Field::citizen_id: {
      auto number = identity::CitizenNumber::parse(value, identity::any_year);
      if (number) identity.number = *std::move(number);
      identity.number_status = status;
      break;
    }
    case Field::birth_date:
      identity.birth_date = identity::BirthDate::from_text(value);
      break;
    case Field::sex:
      identity.sex = sex_from_text(value);
      break;
    default:
      break;
  }
}

LegacyAccount read_account(const Result& rows, const KeyRing& keys) {
  LegacyAccount account;
  account.id = AccountId{rows.integer(0, 0)};
  account.portal = PortalName{std::string{rows.text(0, 1)}};
  account.kind = certain(account_kind_from_text(rows.text(0, 2)));
  account.closed = rows.text(0, 3) == "closed";
  account.identity.kind = for_decision(account.kind);
  account.identity.closed = account.closed;
  const std::string key = rows.bytes(0, 4);
  account.name = open_account_name(keys, key, rows.bytes(0, 5));
  if (!rows.is_null(0, 6)) {
    LinkSummary link;
    link.link_id = LinkId{rows.integer(0, 6)};
    link.person_id = PersonId{rows.integer(0, 7)};
    link.provider = rows.text(0, 8);
    link.linked_at = rows.instant(0, 9);
    link.kept_out = rows.boolean(0, 14);
    account.linked = std::move(link);
  }
  for (std::size_t row = 0; row < rows.rows() && !rows.is_null(row, 10); ++row) {
    const Field field = certain(identity::field_from_text(rows.text(row, 10)));
    const auto status = certain(identity::field_status_from_text(rows.text(row, 11)));
    add_field(account, field, status, open_field(keys, key, field, rows.bytes(row, 12)));
    if (!rows.is_null(row, 13)) account.identity.verified_outside = rows.boolean(row, 13);
  }
  return account;
}

std::optional<LegacyAccount> read_if_any(const Result& rows, const KeyRing& keys) {
  if (rows.empty()) return std::nullopt;
  return read_account(rows, keys);
}

}  // namespace

Task<LegacyAccount> Accounts::ensure(PortalName portal, std::string name,
                                     std::optional<AccountKind> kind, Wall now) {
  const auto stored = identity::account_name(name, {});
  if (!stored) throw std::invalid_argument(stored.error());
  const std::string key = account_key(*keys_, portal, *stored);
  Params params;
  params.text(portal.value()).bytes(key).bytes(seal_account_name(*keys_, key, *stored));
  if (kind) {
    params.text(to_text(*kind));
  } else {
    params.null();
  }
  params.instant(now);
  const Result rows = co_await database_.query(ensure_account, std::move(params));
  LegacyAccount account = read_account(rows, *keys_);
  account.first_seen = rows.boolean(0, 15);
  co_return account;
}

Task<std::optional<LegacyAccount>> Accounts::find(AccountId account_id) {
  Params params;
  params.integer(account_id);
  const Result rows = co_await database_.query(find_by_id, std::move(params));
  co_return read_if_any(rows, *keys_);
}

Task<std::optional<LegacyAccount>> Accounts::find(PortalName portal, std::string name) {
  const auto stored = stored_text(name);
  if (!stored) co_return std::nullopt;
  Params params;
  params.text(portal.value()).bytes(account_key(*keys_, portal, *stored));
  const Result rows = co_await database_.query(find_by_name, std::move(params));
  co_return read_if_any(rows, *keys_);
}

Task<std::vector<LegacyAccount>> Accounts::adoptable(PortalName portal,
                                                     identity::CitizenNumber number) {
  Params params;
  params.text(portal.value()).bytes(citizen_key(*keys_, number));
  const Result rows = co_await database_.query(find_adoptable, std::move(params));
  std::vector<LegacyAccount> accounts;
  for (std::size_t row = 0; row < rows.rows(); ++row) {
    auto account = co_await find(rows.id<AccountId>(row, 0));
    if (account) accounts.push_back(*std::move(account));
  }
  co_return accounts;
}

Task<std::vector<AccountGlance>> Accounts::glances(std::vector<AccountId> account_ids) {
  std::vector<std::string> ids;
  ids.reserve(account_ids.size());
  for (const AccountId& id : account_ids) ids.push_back(std::to_string(id.value()));
  Params params;
  params.text_array(ids);
  const Result rows = co_await database_.query(glance_at, std::move(params));
  std::vector<AccountGlance> glances(rows.rows());
  for (std::size_t row = 0; row < rows.rows(); ++row) {
    glances[row].account_id = rows.id<AccountId>(row, 0);
    glances[row].kind = certain(account_kind_from_text(rows.text(row, 1)));
    if (!rows.is_null(row, 2)) glances[row].last_login = rows.instant(row, 2);
    glances[row].papers = rows.integer(row, 3);
  }
  co_return glances;
}

std::vector<postgres::Call> account_locking(AccountId account_id) {
  Params params;
  params.integer(account_id);
  // Two statements: the second sees what was committed while the first waited for the lock.
  return {{lock_row, params}, {find_by_id, params}};
}

std::optional<LegacyAccount> locked_account(const KeyRing& keys, const Result& rows) {
  return read_if_any(rows, keys);
}

Task<std::optional<LegacyAccount>> lock_account(postgres::Transaction& transaction,
                                                const KeyRing& keys, AccountId account_id) {
  Result rows;
  for (postgres::Call& call : account_locking(account_id)) {
    rows = co_await transaction.query(call.statement, std::move(call.params));
  }
  co_return locked_account(keys, rows);
}

}  // namespace vneid::link
