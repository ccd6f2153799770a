#include "link/persons.hpp"

#include <utility>

#include "link/stored_values.hpp"

namespace vneid::link {

namespace {

using postgres::Params;
using postgres::Result;
using postgres::Statement;

constexpr Statement find_known{
    "person_find",
    "select (select id from person where citizen_key = $1::bytea),"
    " (select person_id from person_subject where issuer = $2::text and subject_key = $3::bytea),"
    " exists (select from person_subject where issuer = $2::text and subject_key <> $3::bytea"
    "   and person_id = (select id from person where citizen_key = $1::bytea)),"
    " kept_out((select id from person where citizen_key = $1::bytea)) or kept_out((select person_id"
    "   from person_subject where issuer = $2::text and subject_key = $3::bytea))"};

constexpr Statement claim{"person_claim", "select claim_person($1, $2, $3, $4, $5, $6)"};

constexpr Statement read_details{
    "person_read",
    "select citizen_key, citizen_sealed, name_sealed from person where id = $1::bigint"};

constexpr Statement find_kept_out{
    "person_kept_out",
    "select kept_out($1::bigint) or exists (select from link l where l.account_id = $2::bigint"
    "   and l.state = 'active' and kept_out(l.person_id))"};

Params parameters_of(const PersonKeys& keys) {
  Params params;
  params.bytes(keys.citizen).text(keys.issuer).bytes(keys.subject.value());
  return params;
}

}  // namespace

postgres::Call person_lookup(const PersonKeys& keys) { return {find_known, parameters_of(keys)}; }

KnownPerson known_person(const Result& rows) {
  KnownPerson known;
  if (!rows.is_null(0, 0)) known.by_number = PersonId{rows.integer(0, 0)};
  if (!rows.is_null(0, 1)) known.by_subject = PersonId{rows.integer(0, 1)};
  known.has_other_subject = rows.boolean(0, 2);
  known.kept_out = rows.boolean(0, 3);
  return known;
}

Task<KnownPerson> find_person(postgres::Database& database, PersonKeys keys) {
  const Result rows = co_await database.query(find_known, parameters_of(keys));
  co_return known_person(rows);
}

Task<bool> is_kept_out(postgres::Database& database, PersonId person_id, AccountId account_id) {
  Params params;
  params.integer(person_id).integer(account_id);
  const Result rows = co_await database.query(find_kept_out, std::move(params));
  co_return rows.boolean(0, 0);
}

Task<std::optional<PersonDetails>> read_person(postgres::Database& database,
                                               std::shared_ptr<const crypto::KeyRing> keys,
                                               PersonId person_id) {
  Params params;
  params.integer(person_id);
  const Result rows = co_await database.query(read_details, std::move(params));
  if (rows.empty()) co_return std::nullopt;
  const std::string key = rows.bytes(0, 0);
  PersonDetails details;
  details.citizen_number = open_person(*keys, key, PersonColumn::citizen, rows.bytes(0, 1));
  details.full_name = open_person(*keys, key, PersonColumn::name, rows.bytes(0, 2));
  co_return details;
}

void add_claim(Params& params, const crypto::KeyRing& ring, const PersonKeys& keys,
               const PersonValues& values) {
  std::optional<std::string> birth_date;
  if (values.birth_date) {
    birth_date =
        seal_person(ring, keys.citizen, PersonColumn::birth_date, values.birth_date->to_text());
  }
  params.bytes(seal_person(ring, keys.citizen, PersonColumn::citizen, values.number.digits()))
      .bytes(seal_person(ring, keys.citizen, PersonColumn::name, values.full_name))
      .bytes(birth_date)
      .text(keys.issuer)
      .bytes(keys.subject.value());
}

Task<PersonId> claim_person(postgres::Transaction& transaction, const crypto::KeyRing& ring,
                            PersonKeys keys, PersonValues values) {
  Params params;
  params.bytes(keys.citizen);
  add_claim(params, ring, keys, values);
  const Result claimed = co_await transaction.query(claim, std::move(params));
  co_return claimed.id<PersonId>(0, 0);
}

}  // namespace vneid::link
