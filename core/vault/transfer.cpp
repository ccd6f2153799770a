#include "vault/transfer.hpp"

#include <numeric>
#include <utility>

namespace vneid::vault {

namespace {

using postgres::Params;
using postgres::Result;
using postgres::Statement;

// Makes the vaults that are missing and locks both, the account's first: whoever writes records
// locks the vault before, so nobody is half-way through writing what we are about to read.
constexpr Statement lock_account_vault{
    "vault_lock_account",
    "insert into vault (account_id) values ($1::bigint)"
    " on conflict (account_id) do update set created_at = vault.created_at returning id"};
constexpr Statement lock_person_vault{
    "vault_lock_person",
    "insert into vault (person_id) values ($1::bigint)"
    " on conflict (person_id) do update set created_at = vault.created_at returning id"};

constexpr Statement insert_job{"vault_insert_job",
                               "insert into transfer_job (link_id) values ($1::bigint)"};

// One statement, so that source, copies, files, pointers and items come from one snapshot.
//   same paper   = same type, number, issuer and day of issue (missing parts are equal)
//   same record  = same paper with the same set of files; needs a file or a number to tell by
//   other version = same paper with other files; needs type and number to tell by
// Of equal records within the account's own vault the oldest is copied.
constexpr Statement copy_records{"vault_copy_records",
                                 R"sql(
with source as (
  select r.*, coalesce(r.issuer_code, r.issuer_name) as issuer,
         array(select f.sha256 from record_file f where f.record_id = r.id order by f.sha256)
           as files
  from record r where r.vault_id = $1::bigint and r.moved_to is null
), present as (
  select r.id, r.doc_type_code, r.number, coalesce(r.issuer_code, r.issuer_name) as issuer,
         r.issued_on, r.version,
         array(select f.sha256 from record_file f where f.record_id = r.id order by f.sha256)
           as files
  from record r where r.vault_id = $2::bigint
), owned as (
  select s.*, first_value(s.id) over (partition by doc_type_code, number, issuer, issued_on, files
                                      order by id) as first_id
  from source s where s.owner_key = $3::bytea
), judged as materialized (
  select o.*,
    (select p.id from present p
     where p.doc_type_code is not distinct from o.doc_type_code
       and p.number is not distinct from o.number and p.issuer is not distinct from o.issuer
       and p.issued_on is not distinct from o.issued_on and p.files = o.files
       and (cardinality(o.files) > 0 or o.number is not null)
     order by p.id limit 1) as same_present,
    o.first_id <> o.id and (cardinality(o.files) > 0 or o.number is not null) as is_repeated,
    (select max(p.version) from present p
     where p.doc_type_code = o.doc_type_code and p.number = o.number
       and p.issuer is not distinct from o.issuer
       and p.issued_on is not distinct from o.issued_on) as newest_version
  from owned o
), plan as materialized (
  select j.*, row_number() over same_paper as turn,
    j.doc_type_code is not null and j.number is not null
      and (j.newest_version is not null or row_number() over same_paper > 1) as is_version
  from judged j where j.same_present is null and not j.is_repeated
  window same_paper as (partition by doc_type_code, number, issuer, issued_on order by id)
), copied as (
  insert into record (vault_id, portal_record, kind, doc_type_code, title, number, summary,
    issuer_code, issuer_name, signer, issued_on, valid_until, perpetual, scope, procedure_code,
    field_code, dossier_code, owner_key, source, trust, signature_status, signature_checked_at,
    digitised_by, digitised_at, approval, form_data, version, revoked_at, hidden,
    origin_account_id, origin_record_id, link_id, transferred_at)
  select $2::bigint, portal_record, kind, doc_type_code, title, number, summary,
    issuer_code, issuer_name, signer, issued_on, valid_until, perpetual, scope, procedure_code,
    field_code, dossier_code, owner_key, source, trust, signature_status, signature_checked_at,
    digitised_by, digitised_at, approval, form_data,
    case when is_version then greatest(coalesce(newest_version, 0) + turn, version) else version end,
    revoked_at, hidden, $4::bigint, id, $5::bigint, $6::timestamptz
  from plan
  returning id, origin_record_id
), shared as (
  insert into record_file (record_id, name, sha256, mime)
  select c.id, f.name, f.sha256, f.mime
  from copied c join record_file f on f.record_id = c.origin_record_id
), pointed as (
  update record r set moved_to = c.id from copied c where r.id = c.origin_record_id
)
insert into transfer_item (link_id, record_id, state, reason, target_id, duplicate_of)
select $5::bigint, s.id,
  case when c.id is null then 'skipped' when p.is_version then 'conflict' else 'done' end,
  case when s.owner_key is null then 'owner_unknown'
       when s.owner_key <> $3::bytea then 'owner_other'
       when c.id is null then 'duplicate'
       when p.is_version then 'other_version' end,
  c.id,
  case when c.id is null then coalesce(j.same_present, first_copy.id) end
from source s
  left join judged j on j.id = s.id
  left join plan p on p.id = s.id
  left join copied c on c.origin_record_id = s.id
  left join copied first_copy on first_copy.origin_record_id = j.first_id
)sql"};

// A copy replaces the copy of what its source replaces: else a replaced paper would look current.
constexpr Statement carry_replacements{
    "vault_carry_replacements",
    "update record c set replaces = coalesce(i.target_id, i.duplicate_of)"
    " from record s join transfer_item i on i.record_id = s.replaces"
    " where c.link_id = $1::bigint and s.id = c.origin_record_id and i.link_id = $1::bigint"};

constexpr Statement summarize{
    "vault_transfer_summary",
    "select i.state, i.reason, r.kind, count(*) from transfer_item i"
    " join record r on r.id = i.record_id where i.link_id = $1::bigint group by 1, 2, 3"};

TransferSummary read_summary(const Result& rows) {
  TransferSummary summary;
  for (std::size_t row = 0; row < rows.rows(); ++row) {
    const std::int64_t count = rows.integer(row, 3);
    if (rows.text(row, 0) == "skipped") {
      summary.stayed[std::string{rows.text(row, 1)}] += count;
      continue;
    }
    summary.moved[std::string{rows.text(row, 2)}] += count;
    if (rows.text(row, 0) == "conflict") summary.other_versions += count;
  }
  return summary;
}

std::int64_t total(const std::map<std::string, std::int64_t>& counts) noexcept {
  return std::accumulate(counts.begin(), counts.end(), std::int64_t{0},
                         [](std::int64_t sum, const auto& entry) { return sum + entry.second; });
}

}  // namespace

std::int64_t TransferSummary::moved_total() const noexcept { return total(moved); }
std::int64_t TransferSummary::stayed_total() const noexcept { return total(stayed); }

Task<void> transfer(postgres::Transaction& transaction, Transfer job) {
  Params of_account;
  of_account.integer(job.account_id);
  const Result account_vault =
      co_await transaction.query(lock_account_vault, std::move(of_account));
  Params of_person;
  of_person.integer(job.person_id);
  const Result person_vault = co_await transaction.query(lock_person_vault, std::move(of_person));

  Params of_link;
  of_link.integer(job.link_id);
  co_await transaction.query(insert_job, of_link);
  Params copy;
  copy.integer(account_vault.integer(0, 0))
      .integer(person_vault.integer(0, 0))
      .bytes(job.owner_key)
      .integer(job.account_id)
      .integer(job.link_id)
      .instant(job.at);
  co_await transaction.query(copy_records, std::move(copy));
  co_await transaction.query(carry_replacements, std::move(of_link));
}

Task<TransferSummary> transfer_summary(postgres::Transaction& transaction, LinkId link_id) {
  Params params;
  params.integer(link_id);
  const Result rows = co_await transaction.query(summarize, std::move(params));
  co_return read_summary(rows);
}

Task<TransferSummary> transfer_summary(postgres::Database& database, LinkId link_id) {
  Params params;
  params.integer(link_id);
  const Result rows = co_await database.query(summarize, std::move(params));
  co_return read_summary(rows);
}

}  // namespace vneid::vault
