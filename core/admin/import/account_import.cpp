#include "admin/import/account_import.hpp"

#include <array>
#include <chrono>
#include <map>
#include <optional>

#include "admin/import/number_conflicts.hpp"
#include "certain.hpp"
#include "crypto/digest.hpp"

namespace vneid::admin {

namespace {

using crypto::KeyRing;
using identity::Field;
using identity::FieldStatus;
using postgres::Params;
using postgres::Result;
using postgres::Statement;

#define VNEID_THESE_ACCOUNTS \
  " a.portal = $1 and a.account_key in (select decode(k, 'hex') from unnest($2::text[]) k)"

// Against links being made meanwhile; in one order, against other imports.
constexpr Statement lock_accounts{"import_lock_accounts",
                                  "select a.id from account a where" VNEID_THESE_ACCOUNTS
                                  " order by a.account_key for no key update"};

constexpr Statement read_accounts{
    "import_read_accounts",
    "select encode(a.account_key, 'hex'), a.kind, a.status,"
    " exists (select from link l where l.account_id = a.id),"
    " exists (select from link l where l.account_id = a.id and l.state = 'active'),"
    " f.field, f.value_sealed, f.status, f.source, f.verified_at,"
    " coalesce(a.sealed_under, a.account_key)::bytea, a.merged_into is not null, a.id,"
    " exists (select from account_act t where t.account_id = a.id and t.act = 'closed')"
    " from account a left join identity_field f on f.account_id = a.id and f.status <> 'empty'"
    " where" VNEID_THESE_ACCOUNTS};

#undef VNEID_THESE_ACCOUNTS

constexpr Statement upsert_accounts{
    "import_upsert_accounts",
    "insert into account (portal, account_key, account_name_sealed, kind, status)"
    " select $1, decode(t.k, 'hex'), decode(t.n, 'hex'), t.kind, t.status"
    " from unnest($2::text[], $3::text[], $4::text[], $5::text[]) t (k, n, kind, status)"
    " order by t.k"
    " on conflict (portal, account_key) do update set kind = excluded.kind,"
    " status = excluded.status"};

// No act of an officer, whose word would then keep the portal's own next line out.
constexpr Statement tell_trail{
    "import_tell_trail",
    "insert into audit_event (at, event, result, reason, account_id)"
    " select clock_timestamp(), t.event, 'ok', 'import', a.id"
    " from unnest($2::text[], $3::text[]) t (k, event)"
    " join account a on a.portal = $1 and a.account_key = decode(t.k, 'hex') order by a.id"};

constexpr Statement upsert_fields{
    "import_upsert_fields",
    "insert into identity_field (account_id, field, value_sealed, value_key, status, source,"
    " verified_at)"
    " select a.id, t.field, decode(t.value, 'hex'), decode(nullif(t.value_key, ''), 'hex'),"
    " t.status, nullif(t.source, ''),"
    " timestamptz 'epoch' + nullif(t.verified_ms, '')::bigint * interval '1 millisecond'"
    " from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],"
    "   $8::text[]) t (k, field, value, value_key, status, source, verified_ms)"
    " join account a on a.portal = $1 and a.account_key = decode(t.k, 'hex')"
    " on conflict (account_id, field) do update set value_sealed = excluded.value_sealed,"
    " value_key = excluded.value_key, status = excluded.status, source = excluded.source,"
    " verified_at = excluded.verified_at"};

/// An account as it stands before the import.
struct Present {
  AccountId id;
  link::AccountKind kind = link::AccountKind::personal;
  bool closed = false;
  bool ever_linked = false;
  bool linked = false;
  bool merged = false;
  bool closed_by_officer = false;
  std::string sealed_under;  ///< of its values: the key of the name that it was made with
  std::map<Field, FieldValue> fields;
};

using PresentAccounts = std::map<std::string, Present>;  // by account_key

Wall now() {
  return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

std::string unhex(std::string_view digits) {
  std::string bytes;
  const auto nibble = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
    bytes += static_cast<char>(nibble(digits[i]) * 16 + nibble(digits[i + 1]));
  }
  return bytes;
}

PresentAccounts read_present(const Result& rows, const KeyRing& keys) {
  PresentAccounts accounts;
  for (std::size_t row = 0; row < rows.rows(); ++row) {
    const std::string key = unhex(rows.text(row, 0));
    Present& account = accounts[key];
    account.kind = certain(link::account_kind_from_text(rows.text(row, 1)));
    account.closed = rows.text(row, 2) == "closed";
    account.ever_linked = rows.boolean(row, 3);
    account.linked = rows.boolean(row, 4);
    account.sealed_under = rows.bytes(row, 10);
    account.merged = rows.boolean(row, 11);
    account.id = rows.id<AccountId>(row, 12);
    account.closed_by_officer = rows.boolean(row, 13);
    if (rows.is_null(row, 5)) continue;
    const Field field = certain(identity::field_from_text(rows.text(row, 5)));
    FieldValue& value = account.fields[field];
    value.text = link::open_field(keys, account.sealed_under, field, rows.bytes(row, 6));
    value.status = certain(identity::field_status_from_text(rows.text(row, 7)));
    value.source = rows.optional_text(row, 8).value_or("");
    if (!rows.is_null(row, 9)) value.verified_at = rows.instant(row, 9);
  }
  return accounts;
}

bool same(const FieldValue& left, const FieldValue& right) {
  return left.text == right.text && left.status == right.status &&
         (left.status != FieldStatus::verified ||
          (left.source == right.source && left.verified_at == right.verified_at));
}

/// What is to be written, column by column.
class Writes {
 public:
  explicit Writes(const KeyRing& keys) : keys_(keys) {}

  /// What the line changes, or why it must not.
  Applied plan(const AccountLine& line, const Present* present) {
    std::map<Field, const FieldValue*> changes;
    for (const auto& [field, value] : line.fields) {
      const auto* old = present != nullptr && present->fields.contains(field)
                            ? &present->fields.at(field)
                            : nullptr;
      if (old != nullptr && same(*old, value)) continue;
      if (auto fault = forbidden(*present_or_new(present), field, old, value)) {
        return std::unexpected(Problem{
            .line = line.line, .column = std::string{identity::to_text(field)}, .reason = *fault});
      }
      const bool only_less_sure = old != nullptr && old->text == value.text &&
                                  old->status == FieldStatus::verified &&
                                  value.status != FieldStatus::verified;
      if (!only_less_sure) changes.emplace(field, &value);
    }
    const auto kind = line.kind.value_or(present_or_new(present)->kind);
    const bool closed = line.closed.value_or(present_or_new(present)->closed);
    if (present != nullptr && kind != present->kind && present->ever_linked) {
      return std::unexpected(
          Problem{.line = line.line, .column = "kind", .reason = "the account has been linked"});
    }
    if (present != nullptr && !closed && (present->merged || present->closed_by_officer)) {
      return std::unexpected(Problem{.line = line.line,
                                     .column = "status",
                                     .reason = present->merged
                                                   ? "the account has become part of another"
                                                   : "an officer has closed the account"});
    }
    const bool row_changes =
        present == nullptr || kind != present->kind || closed != present->closed;
    if (row_changes) add_account(line, kind, closed);
    if (closed != present_or_new(present)->closed) {
      events_[0].push_back(crypto::hex(line.key));
      events_[1].emplace_back(closed ? "account.closed" : "account.reopened");
    }
    const std::string& seal = present == nullptr ? line.key : present->sealed_under;
    for (const auto& [field, value] : changes) add_field(line.key, seal, field, *value);
    if (present == nullptr) return Done{Effect::created, {}};
    return Done{row_changes || !changes.empty() ? Effect::updated : Effect::unchanged,
                closed && line.closed ? std::optional{present->id} : std::nullopt};
  }

  [[nodiscard]] bool any_accounts() const { return !accounts_[0].empty(); }
  [[nodiscard]] bool any_events() const { return !events_[0].empty(); }
  [[nodiscard]] Params event_params(const std::string& portal) const {
    return params(portal, events_);
  }
  [[nodiscard]] bool any_fields() const { return !fields_[0].empty(); }
  [[nodiscard]] Params account_params(const std::string& portal) const {
    return params(portal, accounts_);
  }
  [[nodiscard]] Params field_params(const std::string& portal) const {
    return params(portal, fields_);
  }

 private:
  static const Present* present_or_new(const Present* present) {
    static const Present fresh;
    return present != nullptr ? present : &fresh;
  }

  static std::optional<std::string> forbidden(const Present& account, Field field,
                                              const FieldValue* old, const FieldValue& value) {
    if (old == nullptr || old->text == value.text) return std::nullopt;
    if (field == Field::citizen_id && account.linked) {
      return "the account is linked: its number is not changed by an import";
    }
    if (old->status == FieldStatus::verified && value.status != FieldStatus::verified) {
      return "a verified value is not replaced by a self-entered one";
    }
    return std::nullopt;
  }

  void add_account(const AccountLine& line, link::AccountKind kind, bool closed) {
    accounts_[0].push_back(crypto::hex(line.key));
    accounts_[1].push_back(crypto::hex(link::seal_account_name(keys_, line.key, line.name)));
    accounts_[2].emplace_back(link::to_text(kind));
    accounts_[3].emplace_back(closed ? "closed" : "active");
  }

  void add_field(const std::string& key, const std::string& seal, Field field,
                 const FieldValue& value) {
    fields_[0].push_back(crypto::hex(key));
    fields_[1].emplace_back(identity::to_text(field));
    fields_[2].push_back(crypto::hex(link::seal_field(keys_, seal, field, value.text)));
    fields_[3].push_back(crypto::hex(value.value_key));
    fields_[4].emplace_back(identity::to_text(value.status));
    fields_[5].push_back(value.source);
    fields_[6].push_back(
        value.verified_at ? std::to_string(value.verified_at->time_since_epoch().count()) : "");
  }

  template <std::size_t count>
  static Params params(const std::string& portal,
                       const std::array<std::vector<std::string>, count>& columns) {
    Params params;
    params.text(portal);
    for (const auto& column : columns) params.text_array(column);
    return params;
  }

  const KeyRing& keys_;
  std::array<std::vector<std::string>, 4> accounts_;
  std::array<std::vector<std::string>, 2> events_;
  std::array<std::vector<std::string>, 7> fields_;
};

}  // namespace

Task<std::vector<Applied>> AccountRows::write(postgres::Transaction& transaction,
                                              std::span<const AccountLine> lines) const {
  std::vector<Applied> applied;
  if (lines.empty()) co_return applied;
  std::vector<std::string> account_keys;
  for (const AccountLine& line : lines) account_keys.push_back(crypto::hex(line.key));
  Params these;
  these.text(portal_.name.value()).text_array(account_keys);
  co_await transaction.query(lock_accounts, these);
  const Result rows = co_await transaction.query(read_accounts, std::move(these));
  const PresentAccounts present = read_present(rows, *keys_);

  Writes writes{*keys_};
  for (const AccountLine& line : lines) {
    const auto found = present.find(line.key);
    applied.push_back(writes.plan(line, found == present.end() ? nullptr : &found->second));
  }
  if (writes.any_accounts()) {
    co_await transaction.query(upsert_accounts, writes.account_params(portal_.name.value()));
  }
  if (writes.any_events()) {
    co_await transaction.query(tell_trail, writes.event_params(portal_.name.value()));
  }
  if (writes.any_fields()) {
    co_await transaction.query(upsert_fields, writes.field_params(portal_.name.value()));
    co_await review_number_conflicts(transaction, *keys_, lines, now());
  }
  co_return applied;
}

}  // namespace vneid::admin
