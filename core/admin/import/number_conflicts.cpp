#include "admin/import/number_conflicts.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "crypto/digest.hpp"
#include "identity/citizen_number.hpp"
#include "identity/masking.hpp"
#include "identity/name_key.hpp"
#include "link/review_sides.hpp"
#include "link/reviews.hpp"
#include "link/stored_values.hpp"

namespace vneid::admin {

namespace {

using identity::Field;
using identity::FieldStatus;
using postgres::Params;
using postgres::Result;
using postgres::Statement;

constexpr Statement holders_of_numbers{
    "import_holders_of_numbers",
    "select f.value_key, a.id, a.account_key, a.portal, n.value_sealed,"
    " coalesce(a.sealed_under, a.account_key)::bytea"
    " from identity_field f join account a on a.id = f.account_id and a.status = 'active'"
    " join identity_field n on n.account_id = a.id and n.field = 'name' and n.status = 'verified'"
    " where f.field = 'citizen_id' and f.status = 'verified'"
    " and f.value_key in (select decode(k, 'hex') from unnest($1::text[]) k)"
    " order by a.created_at, a.id"};

struct Holder {
  AccountId account_id;
  std::string account_key;
  std::string portal;
  std::string name;
  std::string loose;  ///< key of the name; empty: not to be compared
};

using Holders = std::map<std::string, std::vector<Holder>>;  // by the number's key

Holders read_holders(const Result& rows, const crypto::KeyRing& keys) {
  Holders holders;
  for (std::size_t row = 0; row < rows.rows(); ++row) {
    Holder holder;
    holder.account_id = AccountId{rows.integer(row, 1)};
    holder.account_key = rows.bytes(row, 2);
    holder.portal = rows.text(row, 3);
    holder.name = link::open_field(keys, rows.bytes(row, 5), Field::name, rows.bytes(row, 4));
    if (auto name = identity::NameKeys::make(holder.name)) holder.loose = std::move(name->loose);
    holders[rows.bytes(row, 0)].push_back(std::move(holder));
  }
  return holders;
}

const FieldValue* vouched_number(const AccountLine& line) {
  const auto number = line.fields.find(Field::citizen_id);
  const bool vouched =
      number != line.fields.end() && number->second.status == FieldStatus::verified;
  return vouched ? &number->second : nullptr;
}

/// The account of the line, and the oldest one that calls the owner of its number otherwise.
std::optional<std::pair<Holder, Holder>> conflict_of(const AccountLine& line,
                                                     const Holders& holders) {
  const FieldValue* number = vouched_number(line);
  if (number == nullptr) return std::nullopt;
  const auto found = holders.find(number->value_key);
  if (found == holders.end()) return std::nullopt;
  const auto own = std::ranges::find(found->second, line.key, &Holder::account_key);
  if (own == found->second.end() || own->loose.empty()) return std::nullopt;
  const auto other = std::ranges::find_if(found->second, [&](const Holder& holder) {
    return !holder.loose.empty() && holder.loose != own->loose;
  });
  if (other == found->second.end()) return std::nullopt;
  return std::pair{*own, *other};
}

link::IdentityCase case_of(const Holder& own, const Holder& other, const std::string& number,
                           Wall now) {
  link::IdentityCase review;
  review.account_id = own.account_id;
  review.source = "import";
  review.account_masked = identity::mask_name(own.name);
  review.source_masked = identity::mask_name(other.name);
  const auto add = [&](const char* side, Field field, const std::string& value) {
    link::add_review_side(review.sides, side, identity::to_text(field), value);
  };
  add("account", Field::name, own.name);
  add("source", Field::name, other.name);
  add("account", Field::citizen_id, number);
  add("source", Field::citizen_id, number);
  review.reasons = {"name_differs", "number_used_twice"};
  review.at = now;
  return review;
}

}  // namespace

Task<void> review_number_conflicts(postgres::Transaction& transaction, const crypto::KeyRing& keys,
                                   std::span<const AccountLine> lines, Wall now) {
  std::set<std::string> numbers;
  for (const AccountLine& line : lines) {
    if (const auto* number = vouched_number(line)) numbers.insert(crypto::hex(number->value_key));
  }
  if (numbers.empty()) co_return;
  Params params;
  params.text_array(std::vector<std::string>{numbers.begin(), numbers.end()});
  const Result rows = co_await transaction.query(holders_of_numbers, std::move(params));
  const Holders holders = read_holders(rows, keys);
  for (const AccountLine& line : lines) {
    const auto conflict = conflict_of(line, holders);
    if (!conflict) continue;
    const auto& [own, other] = *conflict;
    const std::string& number = vouched_number(line)->text;
    co_await link::open_identity_review(transaction, keys, case_of(own, other, number, now));
  }
}

}  // namespace vneid::admin
