#include "vault/records.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "crypto/digest.hpp"
#include "text/ascii.hpp"
#include "text/date.hpp"
#include "vault/search_pattern.hpp"

namespace vneid::vault {

namespace {

using postgres::Params;
using postgres::Result;
using postgres::Statement;

// A page past the end is the last one. Rows begin with $1 person?, $2 whose, $3 first, $4 most.
constexpr Statement select_records{
    "vault_find_records",
    "with whose as materialized (select case when $1::boolean"
    "     then (select id from vault where person_id = $2::bigint)"
    "     else (select id from vault where account_id = $2::bigint) end as vault_id,"
    "   case when $1::boolean then (select citizen_key from person where id = $2::bigint)"
    "     else (select value_key from identity_field where account_id = $2::bigint"
    "           and field = 'citizen_id' and status = 'verified') end as owner_key),"
    " mine as materialized (select r.id, coalesce(r.issued_on, '') as issued, t.belongs"
    "   from record r cross join lateral (select case when r.owner_key is null then 'unknown'"
    "     when r.owner_key = (select owner_key from whose) then 'own' else 'other' end"
    "     as belongs) t"
    "   where r.vault_id = (select vault_id from whose) and not r.hidden and r.returned_at is null"
    "   and ($6::bigint is null or r.id = $6::bigint) and ($7::text is null or r.kind = $7::text)"
    "   and ($8::text is null or r.doc_type_code = $8::text)"
    "   and ($9::text is null or r.number = $9::text)"
    "   and ($15::text is null"
    "     or concat_ws(' ', r.title, r.number, r.issuer_name) ~ $15::text)"
    "   and ($10::text is null or $10::text = t.belongs)"
    "   and ($11::boolean is null or $11::boolean = not (reuse_hindrances(r.id, null, $5, null)"
    "     && array['revoked', 'replaced', 'expired']))"
    "   and (not $12::boolean"
    "     or reuse_hindrances(r.id, (select owner_key from whose), $5, null) = '{}')),"
    " whole as (select count(*) as total,"
    "   least($3::bigint, greatest(count(*) - 1, 0) / $4::bigint * $4::bigint) as first from mine),"
    " page as (select id, issued, belongs from mine"
    "   where $13::bigint is null or (issued, id) < ($14::text, $13::bigint)"
    "   order by issued desc, id desc"
    "   offset (select case when $13::bigint is null then first else 0 end from whole)"
    "   limit $4::bigint)"
    " select r.id, r.kind, r.doc_type_code, r.title, r.number, r.summary, r.issuer_name, r.signer,"
    " r.issued_on, r.valid_until, r.perpetual, r.procedure_code, r.dossier_code, r.source, r.trust,"
    " r.signature_status, r.version, r.transferred_at, f.name, encode(f.sha256, 'hex'), f.mime,"
    " b.size, w.total, w.first, p.belongs,"
    " array_to_string(reuse_hindrances(r.id, (select owner_key from whose), $5, null), ','),"
    " array_to_string(reuse_warnings(r.id), ','), r.reuse_count, r.last_reused_at"
    " from whole w cross join page p join record r on r.id = p.id"
    " left join record_file f on f.record_id = coalesce(r.origin_record_id, r.id)"
    " left join file b on b.sha256 = f.sha256"
    " order by p.issued desc, r.id desc, f.name"};

std::string text_or_empty(const Result& rows, std::size_t row, std::size_t column) {
  return rows.is_null(row, column) ? std::string{} : std::string{rows.text(row, column)};
}

void read_use(const Result& rows, std::size_t row, Record& record) {
  record.whose = whose_from_text(rows.text(row, 24)).value_or(Whose::unknown);
  record.hindrances = text::comma_words(rows.text(row, 25));
  record.warnings = text::comma_words(rows.text(row, 26));
  record.reuse_count = rows.integer(row, 27);
  if (!rows.is_null(row, 28)) record.last_reused_at = rows.instant(row, 28);
}

Record read_record(const Result& rows, std::size_t row) {
  Record record;
  record.id = rows.integer(row, 0);
  record.kind = text_or_empty(rows, row, 1);
  record.doc_type_code = text_or_empty(rows, row, 2);
  record.title = text_or_empty(rows, row, 3);
  record.number = text_or_empty(rows, row, 4);
  record.summary = text_or_empty(rows, row, 5);
  record.issuer_name = text_or_empty(rows, row, 6);
  record.signer = text_or_empty(rows, row, 7);
  record.issued_on = text_or_empty(rows, row, 8);
  record.valid_until = text_or_empty(rows, row, 9);
  record.perpetual = rows.boolean(row, 10);
  record.procedure_code = text_or_empty(rows, row, 11);
  record.dossier_code = text_or_empty(rows, row, 12);
  record.source = text_or_empty(rows, row, 13);
  record.trust = static_cast<int>(rows.integer(row, 14));
  record.signature_status = text_or_empty(rows, row, 15);
  record.version = static_cast<int>(rows.integer(row, 16));
  if (!rows.is_null(row, 17)) record.transferred_at = rows.instant(row, 17);
  read_use(rows, row, record);
  return record;
}

RecordFile read_file(const Result& rows, std::size_t row) {
  RecordFile file;
  file.name = rows.text(row, 18);
  file.sha256 = rows.text(row, 19);
  file.mime = rows.text(row, 20);
  file.size = rows.integer(row, 21);
  return file;
}

Records read_records(const Result& rows) {
  Records records;
  for (std::size_t row = 0; row < rows.rows(); ++row) {
    if (records.slice.empty() || records.slice.back().id != rows.integer(row, 0)) {
      records.slice.push_back(read_record(rows, row));
    }
    if (!rows.is_null(row, 18)) records.slice.back().files.push_back(read_file(rows, row));
  }
  if (!rows.empty()) {
    records.total = static_cast<std::size_t>(rows.integer(0, 22));
    records.first = static_cast<std::size_t>(rows.integer(0, 23));
  }
  return records;
}

Params params_of(const RecordsWanted& wanted) {
  const Filter& filter = wanted.filter;
  Params params;
  params.boolean(std::holds_alternative<PersonId>(wanted.owner));
  std::visit([&params](const auto& id) { params.integer(id); }, wanted.owner);
  params.integer(static_cast<std::int64_t>(wanted.slice.first));
  params.integer(static_cast<std::int64_t>(std::max<std::size_t>(wanted.slice.most, 1)));
  params.text(text::stored_day(wanted.now));
  filter.id ? params.integer(*filter.id) : params.null();
  params.text(filter.kind).text(filter.doc_type_code).text(filter.number);
  filter.whose ? params.text(to_text(*filter.whose)) : params.null();
  filter.valid ? params.boolean(*filter.valid) : params.null();
  params.boolean(filter.usable);
  const auto& after = wanted.slice.after;
  after ? params.integer(after->id).text(after->issued_on) : params.null().null();
  filter.words ? params.text(search_pattern(*filter.words)) : params.null();
  return params;
}

constexpr std::array<std::pair<std::string_view, Whose>, 3> whose_words{
    {{"own", Whose::own}, {"other", Whose::other}, {"unknown", Whose::unknown}}};

}  // namespace

bool Record::is(std::string_view hindrance) const {
  return std::ranges::find(hindrances, hindrance) != hindrances.end();
}

std::string_view to_text(Whose whose) noexcept {
  const auto* found =
      std::ranges::find(whose_words, whose, &std::pair<std::string_view, Whose>::second);
  return found == whose_words.end() ? std::string_view{} : found->first;
}

std::optional<Whose> whose_from_text(std::string_view text) noexcept {
  const auto* found =
      std::ranges::find(whose_words, text, &std::pair<std::string_view, Whose>::first);
  if (found == whose_words.end()) return std::nullopt;
  return found->second;
}

std::string Cursor::to_text() const {
  return crypto::base64url_encode(std::to_string(id) + '~' + issued_on);
}

std::optional<Cursor> Cursor::read(std::string_view text) {
  constexpr std::size_t longest = 64;
  if (text.size() > longest) return std::nullopt;
  const auto inside = crypto::base64url_decode(text);
  if (!inside) return std::nullopt;
  Cursor cursor;
  const char* end = inside->data() + inside->size();
  const auto [rest, error] = std::from_chars(inside->data(), end, cursor.id);
  if (error != std::errc{} || rest == end || *rest != '~') return std::nullopt;
  cursor.issued_on.assign(rest + 1, end);
  const bool dated = std::ranges::all_of(cursor.issued_on,
                                         [](char c) { return c == '-' || (c >= '0' && c <= '9'); });
  if (!dated) return std::nullopt;
  return cursor;
}

Task<Records> find_records(postgres::Database& database, RecordsWanted wanted) {
  const Result rows = co_await database.query(select_records, params_of(wanted));
  co_return read_records(rows);
}

Task<Records> find_records(postgres::Transaction& transaction, RecordsWanted wanted) {
  const Result rows = co_await transaction.query(select_records, params_of(wanted));
  co_return read_records(rows);
}

}  // namespace vneid::vault
