#include "link/stored_fields.hpp"

#include <stdexcept>
#include <utility>

#include "certain.hpp"
#include "identity/citizen_number.hpp"
#include "link/stored_values.hpp"

namespace vneid::link {

namespace {

using crypto::KeyRing;
using identity::Field;
using identity::FieldStatus;
using postgres::Params;
using postgres::Result;
using postgres::Statement;
using postgres::Transaction;

// The same lock as the link's (lock_account): whoever changes identities waits for links.
constexpr Statement lock_key{"identity_lock_account",
                             "select coalesce(sealed_under, account_key)::bytea from account where "
                             "id = $1::bigint for no key update"};

constexpr Statement read_fields{
    "identity_read_fields",
    "select field, status, value_sealed, source, verified_at, told from identity_field"
    " where account_id = $1::bigint"};

constexpr Statement set_reason{
    "identity_say_why",
    "select set_config('vneid.reason', $1, true), set_config('vneid.request_id', $2, true)"};

constexpr Statement upsert_field{
    "identity_put_field",
    "insert into identity_field (account_id, field, value_sealed, value_key, status, source,"
    " verified_at, told)"
    " values ($1::bigint, $2, $3::bytea, $4::bytea, $5, $6::text, $7::timestamptz, $8::boolean)"
    " on conflict (account_id, field) do update set value_sealed = excluded.value_sealed,"
    " value_key = excluded.value_key, status = excluded.status, source = excluded.source,"
    " verified_at = excluded.verified_at, told = excluded.told"};

constexpr Statement renew_field{
    "identity_renew_field",
    "update identity_field set verified_at = greatest(verified_at, $3::timestamptz)"
    " where account_id = $1::bigint and field = $2 and status = 'verified'"};

/// Only numbers are searched for.
std::optional<std::string> key_of(const KeyRing& keys, Field field, const std::string& value) {
  if (field == Field::citizen_id) {
    return citizen_key(keys, identity::CitizenNumber::parse(value, identity::any_year).value());
  }
  if (field == Field::cmnd9) return cmnd_key(keys, identity::Cmnd::parse(value).value());
  return std::nullopt;
}

Params of_account(AccountId account_id) {
  Params params;
  params.integer(account_id);
  return params;
}

}  // namespace

void add_field(FieldValues& fields, StoredField row, const KeyRing& keys,
               const std::string& account_key) {
  FieldValue value;
  value.status = certain(identity::field_status_from_text(row.status));
  if (value.status == FieldStatus::empty) return;
  const Field field = certain(identity::field_from_text(row.field));
  value.value = open_field(keys, account_key, field, certain(row.sealed));
  value.source = std::move(row.source).value_or("");
  value.verified_at = row.verified_at;
  value.told = row.told;
  fields.emplace(field, std::move(value));
}

Task<LockedFields> lock_fields(Transaction& transaction, const KeyRing& keys,
                               AccountId account_id) {
  const Result locked = co_await transaction.query(lock_key, of_account(account_id));
  if (locked.empty()) throw std::runtime_error("the account of this session is gone");
  LockedFields held;
  held.account_key = locked.bytes(0, 0);
  const Result rows = co_await transaction.query(read_fields, of_account(account_id));
  for (std::size_t row = 0; row < rows.rows(); ++row) {
    StoredField field{rows.text(row, 0),          rows.text(row, 1), rows.optional_bytes(row, 2),
                      rows.optional_text(row, 3), std::nullopt,      rows.boolean(row, 5)};
    if (!rows.is_null(row, 4)) field.verified_at = rows.instant(row, 4);
    add_field(held.fields, std::move(field), keys, held.account_key);
  }
  co_return held;
}

Task<void> say_why(Transaction& transaction, std::string reason, std::string request_id) {
  Params params;
  params.text(reason).text(request_id);
  co_await transaction.query(set_reason, std::move(params));
}

Task<void> put_field(Transaction& transaction, const KeyRing& keys, std::string account_key,
                     AccountId account_id, Field field, FieldValue value) {
  Params params;
  params.integer(account_id).text(identity::to_text(field));
  if (value.status == FieldStatus::empty) {
    params.null().null();
  } else {
    params.bytes(seal_field(keys, account_key, field, value.value))
        .bytes(key_of(keys, field, value.value));
  }
  params.text(identity::to_text(value.status));
  if (value.status == FieldStatus::verified) {
    params.text(value.source).instant(certain(value.verified_at));
  } else {
    params.null().null();
  }
  params.boolean(value.told);
  co_await transaction.query(upsert_field, std::move(params));
}

Task<void> renew(Transaction& transaction, AccountId account_id, Field field, Wall now) {
  Params params;
  params.integer(account_id).text(identity::to_text(field)).instant(now);
  co_await transaction.query(renew_field, std::move(params));
}

Task<void> overwrite_verified(Transaction& transaction, const KeyRing& keys, AccountId account_id,
                              NewValues values, std::string source, Wall now) {
  LockedFields held = co_await lock_fields(transaction, keys, account_id);
  co_await say_why(transaction, "review", "");
  for (const auto& [field, value] : values) {
    if (value.empty()) continue;
    FieldValue fresh;
    fresh.status = FieldStatus::verified;
    fresh.value = value;
    fresh.source = source;
    fresh.verified_at = now;
    const auto ours = held.fields.find(field);
    fresh.told = ours == held.fields.end() || ours->second.told || ours->second.value != value;
    co_await put_field(transaction, keys, held.account_key, account_id, field, std::move(fresh));
  }
}

}  // namespace vneid::link
