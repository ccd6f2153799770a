// What the identity page reads; identity_fields.cpp changes it.

#include <string_view>

#include "certain.hpp"
#include "link/identity_fields.hpp"
#include "link/stored_fields.hpp"
#include "link/stored_values.hpp"

namespace vneid::link {

namespace {

using crypto::KeyRing;
using postgres::Params;
using postgres::Result;
using postgres::Statement;

// Everything of the page in one round trip: rows of four kinds under common columns.
constexpr Statement read_profile{
    "identity_read_profile",
    "with a as (select id, coalesce(sealed_under, account_key)::bytea as key, account_name_sealed"
    "   from account where id = $1::bigint)"
    " select 1 as kind, null::text, null::text, null::text, a.key,"
    "   a.account_name_sealed::bytea,"
    "   null::bytea, null::bytea, null::timestamptz as at, null::bigint as id, null::bigint,"
    "   null::bigint, null::boolean from a"
    " union all"
    " select 2, f.field, f.status, f.source, f.value_sealed, null, null, null, f.verified_at, null,"
    "   null, null, f.told from a join identity_field f on f.account_id = a.id"
    " union all"
    " select 3, o.portal, l.provider, null, coalesce(o.sealed_under, o.account_key),"
    "   o.account_name_sealed, p.citizen_key,"
    "   p.citizen_sealed, l.linked_at, l.id, o.id, p.id, cardinality(l.flags) > 0"
    "   from a join link l on l.person_id = $2::bigint or ($2::bigint = 0 and l.account_id = a.id)"
    "   join account o on o.id = l.account_id join person p on p.id = l.person_id"
    "   where l.state = 'active'"
    " union all"
    " (select 4, r.reference, r.state, null, null, null, null, null, r.created_at, r.id, null,"
    "   null, null from a join review r on r.account_id = a.id and r.kind in ('link', 'identity')"
    "   order by r.created_at desc, r.id desc limit 1)"
    " order by kind, at, id"};

LinkedAccount read_link(const Result& rows, std::size_t row, const KeyRing& keys) {
  LinkedAccount link;
  link.portal = PortalName{std::string{rows.text(row, 1)}};
  link.provider = rows.text(row, 2);
  link.account_name = open_account_name(keys, rows.bytes(row, 4), rows.bytes(row, 5));
  link.citizen_number =
      open_person(keys, rows.bytes(row, 6), PersonColumn::citizen, rows.bytes(row, 7));
  link.linked_at = rows.instant(row, 8);
  link.link_id = LinkId{rows.integer(row, 9)};
  link.account_id = AccountId{rows.integer(row, 10)};
  link.person_id = PersonId{rows.integer(row, 11)};
  link.flagged = rows.boolean(row, 12);
  return link;
}

IdentityProfile read_rows(const Result& rows, const KeyRing& keys) {
  constexpr std::int64_t field_row = 2;
  constexpr std::int64_t link_row = 3;
  const std::string account_key = rows.bytes(0, 4);
  IdentityProfile profile;
  profile.account_name = open_account_name(keys, account_key, rows.bytes(0, 5));
  for (std::size_t row = 1; row < rows.rows(); ++row) {
    const std::int64_t kind = rows.integer(row, 0);
    if (kind == field_row) {
      StoredField field{rows.text(row, 1),          rows.text(row, 2), rows.optional_bytes(row, 4),
                        rows.optional_text(row, 3), std::nullopt,      rows.boolean(row, 12)};
      if (!rows.is_null(row, 8)) field.verified_at = rows.instant(row, 8);
      add_field(profile.fields, std::move(field), keys, account_key);
    } else if (kind == link_row) {
      profile.links.push_back(read_link(rows, row, keys));
    } else {
      profile.review = ReviewNote{std::string{rows.text(row, 1)},
                                  certain(review_state_from_text(rows.text(row, 2)))};
    }
  }
  return profile;
}

}  // namespace

Task<std::optional<IdentityProfile>> Identities::read(AccountId account_id, PersonId person_id) {
  const std::shared_ptr<const KeyRing> keys = keys_;
  Params params;
  params.integer(account_id).integer(person_id);
  const Result rows = co_await database_.query(read_profile, std::move(params));
  if (rows.empty()) co_return std::nullopt;
  co_return read_rows(rows, *keys);
}

}  // namespace vneid::link
