#include "vault/vault.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "crypto/digest.hpp"

namespace vneid::vault {

namespace {

using postgres::Params;
using postgres::Result;
using postgres::Statement;

constexpr std::string_view purpose = "file";
constexpr std::size_t sha256_digits = 64;

// A page past the end is the last one.
constexpr Statement list_records{
    "vault_list_records",
    "with mine as materialized (select r.id, r.issued_on from record r"
    "   where r.vault_id = case when $1::boolean"
    "     then (select id from vault where person_id = $2::bigint)"
    "     else (select id from vault where account_id = $2::bigint) end"
    "   and not r.hidden and r.returned_at is null),"
    " whole as (select count(*) as total,"
    "   least($3::bigint, greatest(count(*) - 1, 0) / $4::bigint * $4::bigint) as first from mine),"
    " page as (select id from mine order by issued_on desc nulls last, id desc"
    "   offset (select first from whole) limit $4::bigint)"
    " select r.id, r.kind, r.doc_type_code, r.title, r.number, r.summary, r.issuer_name, r.signer,"
    " r.issued_on, r.valid_until, r.perpetual, r.procedure_code, r.dossier_code, r.source, r.trust,"
    " r.signature_status, r.version, exists (select from record n where n.replaces = r.id"
    "   and n.vault_id = r.vault_id and not n.hidden and n.returned_at is null),"
    " r.revoked_at is not null, r.transferred_at, f.name, encode(f.sha256, 'hex'), f.mime, b.size,"
    " w.total, w.first"
    " from whole w cross join page p join record r on r.id = p.id"
    " left join record_file f on f.record_id = coalesce(r.origin_record_id, r.id)"
    " left join file b on b.sha256 = f.sha256"
    " order by r.issued_on desc nulls last, r.id desc, f.name"};

constexpr Statement open_file{
    "vault_open_file",
    "select f.name, f.mime, b.sha256, b.bytes_sealed"
    " from record r join record_file f on f.record_id = coalesce(r.origin_record_id, r.id)"
    " join file b on b.sha256 = f.sha256"
    " where r.vault_id = case when $1::boolean"
    "   then (select id from vault where person_id = $2::bigint)"
    "   else (select id from vault where account_id = $2::bigint) end and not r.hidden and "
    "r.returned_at is null"
    " and r.id = $3::bigint and f.sha256 = decode($4, 'hex') order by f.name limit 1"};

std::string text_or_empty(const Result& rows, std::size_t row, std::size_t column) {
  return rows.is_null(row, column) ? std::string{} : std::string{rows.text(row, column)};
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
  record.replaced = rows.boolean(row, 17);
  record.revoked = rows.boolean(row, 18);
  if (!rows.is_null(row, 19)) record.transferred_at = rows.instant(row, 19);
  return record;
}

RecordFile read_file(const Result& rows, std::size_t row) {
  RecordFile file;
  file.name = rows.text(row, 20);
  file.sha256 = rows.text(row, 21);
  file.mime = rows.text(row, 22);
  file.size = rows.integer(row, 23);
  return file;
}

bool is_sha256(std::string_view text) {
  return text.size() == sha256_digits && std::ranges::all_of(text, [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

Params owner_params(const Owner& owner) {
  Params params;
  params.boolean(std::holds_alternative<PersonId>(owner));
  std::visit([&params](const auto& id) { params.integer(id); }, owner);
  return params;
}

}  // namespace

std::string seal_file(const crypto::KeyRing& keys, std::string_view sha256,
                      std::string_view bytes) {
  return keys.seal(purpose, sha256, bytes);
}

Task<Records> Vault::list(Owner owner, Slice slice) {
  Params params = owner_params(owner);
  params.integer(static_cast<std::int64_t>(slice.first));
  params.integer(static_cast<std::int64_t>(std::max<std::size_t>(slice.most, 1)));
  const Result rows = co_await database_.query(list_records, std::move(params));
  Records records;
  for (std::size_t row = 0; row < rows.rows(); ++row) {
    if (records.slice.empty() || records.slice.back().id != rows.integer(row, 0)) {
      records.slice.push_back(read_record(rows, row));
    }
    if (!rows.is_null(row, 20)) records.slice.back().files.push_back(read_file(rows, row));
  }
  if (!rows.empty()) {
    records.total = static_cast<std::size_t>(rows.integer(0, 24));
    records.first = static_cast<std::size_t>(rows.integer(0, 25));
  }
  co_return records;
}

Task<std::optional<OpenedFile>> Vault::open(Owner owner, std::int64_t record_id,
                                            std::string sha256) {
  if (!is_sha256(sha256)) co_return std::nullopt;
  Params params = owner_params(owner);
  params.integer(record_id).text(sha256);
  const Result rows = co_await database_.query(open_file, std::move(params));
  if (rows.empty()) co_return std::nullopt;
  const std::string digest = rows.bytes(0, 2);
  auto bytes = keys_->open(purpose, digest, rows.bytes(0, 3));
  if (!bytes || crypto::sha256(*bytes) != digest) {
    throw std::runtime_error("a file of the vault does not open with the keys of the key ring");
  }
  OpenedFile file;
  file.bytes = std::move(*bytes);
  file.name = rows.text(0, 0);
  file.mime = rows.text(0, 1);
  co_return file;
}

}  // namespace vneid::vault
