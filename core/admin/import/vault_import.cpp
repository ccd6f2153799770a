#include "admin/import/vault_import.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <stdexcept>

#include "crypto/digest.hpp"
#include "vault/vault.hpp"

namespace vneid::admin {

namespace {

using postgres::Params;
using postgres::Result;
using postgres::Statement;

constexpr Statement find_accounts{
    "import_find_accounts",
    "select encode(account_key, 'hex'), coalesce(merged_into, id) from account where portal = $1"
    " and account_key in (select decode(k, 'hex') from unnest($2::text[]) k)"};

// Makes and locks the vaults, in one order: see the head of config/schema/0003_vault.sql.
constexpr Statement lock_vaults{
    "import_lock_vaults",
    "insert into vault (account_id) select id::bigint from unnest($1::text[]) id order by 1"
    " on conflict (account_id) do update set created_at = vault.created_at"
    " returning account_id, id"};

constexpr Statement read_records{
    "import_read_records",
    "select r.vault_id, r.portal_record, r.kind, r.doc_type_code, r.title,"
    " r.number, r.summary, r.issuer_code, r.issuer_name, r.signer, r.issued_on, r.valid_until,"
    " r.perpetual::text, r.procedure_code, r.dossier_code, r.owner_key::text, r.source,"
    " r.trust::text, r.signature_status, f.name, encode(f.sha256, 'hex'), f.mime"
    " from unnest($1::text[], $2::text[]) t (vault, name)"
    " join record r on r.vault_id = t.vault::bigint and r.portal_record = t.name"
    "   and r.link_id is null"
    " left join record_file f on f.record_id = r.id"};

constexpr Statement insert_records{
    "import_insert_records",
    "insert into record (vault_id, portal_record, kind, doc_type_code, title, number, summary,"
    " issuer_code, issuer_name, signer, issued_on, valid_until, perpetual, procedure_code,"
    " dossier_code, owner_key, source, trust, signature_status)"
    " select c1::bigint, c2, c3, nullif(c4, ''), c5, nullif(c6, ''), nullif(c7, ''),"
    " nullif(c8, ''), nullif(c9, ''), nullif(c10, ''), nullif(c11, ''), nullif(c12, ''),"
    " c13::boolean, nullif(c14, ''), nullif(c15, ''), nullif(c16, '')::bytea, c17,"
    " c18::smallint, c19 from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[],"
    " $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[], $12::text[],"
    " $13::text[], $14::text[], $15::text[], $16::text[], $17::text[], $18::text[], $19::text[])"
    " t (c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13, c14, c15, c16, c17, c18, c19)"};

constexpr Statement insert_record_files{
    "import_insert_record_files",
    "insert into record_file (record_id, name, sha256, mime)"
    " select r.id, t.name, decode(t.sha256, 'hex'), t.mime"
    " from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[])"
    "   t (vault, record, name, sha256, mime)"
    " join record r on r.vault_id = t.vault::bigint and r.portal_record = t.record"
    "   and r.link_id is null"};

constexpr Statement find_files{
    "import_find_files",
    "select encode(sha256, 'hex') from file"
    " where sha256 in (select decode(s, 'hex') from unnest($1::text[]) s)"};

constexpr Statement insert_file{"import_insert_file",
                                "insert into file (sha256, bytes_sealed, size)"
                                " values (decode($1, 'hex'), $2, $3::bigint)"
                                " on conflict (sha256) do nothing"};

using Ids = std::map<std::string, std::string>;

Ids read_ids(const Result& rows) {
  Ids ids;
  for (std::size_t row = 0; row < rows.rows(); ++row) {
    ids.emplace(rows.text(row, 0), rows.text(row, 1));
  }
  return ids;
}

/// A record as it stands before the import.
struct Present {
  RecordValues values;
  std::map<std::string, std::pair<std::string, std::string>> files;  // name: sha256, mime
};

using PresentRecords = std::map<std::pair<std::string, std::string>, Present>;  // vault, name

PresentRecords read_present(const Result& rows) {
  PresentRecords records;
  constexpr std::size_t first = 2;
  constexpr std::size_t file = first + record_columns.size();
  for (std::size_t row = 0; row < rows.rows(); ++row) {
    Present& record = records[{std::string{rows.text(row, 0)}, std::string{rows.text(row, 1)}}];
    for (std::size_t i = 0; i < record_columns.size(); ++i) {
      record.values[i] = rows.optional_text(row, first + i).value_or("");
    }
    if (rows.is_null(row, file)) continue;
    record.files[std::string{rows.text(row, file)}] = {std::string{rows.text(row, file + 1)},
                                                       std::string{rows.text(row, file + 2)}};
  }
  return records;
}

/// What is to be written, column by column.
class Writes {
 public:
  Applied plan(const VaultLine& line, const std::string& vault, const Present* present) {
    if (present == nullptr) {
      add_record(line, vault);
      if (line.file) add_file(line, *line.file, vault);
      return Done{Effect::created, {}};
    }
    for (std::size_t i = 0; i < record_columns.size(); ++i) {
      if (present->values[i] == line.values[i]) continue;
      return refused(line, record_columns[i],
                     "the record is there with another value, and records are not rewritten");
    }
    if (!line.file) return Done{Effect::unchanged, {}};
    const auto found = present->files.find(line.file->name);
    if (found != present->files.end()) {
      if (found->second == std::pair{line.file->sha256, line.file->mime})
        return Done{Effect::unchanged, {}};
      return refused(line, "file", "the record has another file of this name");
    }
    add_file(line, *line.file, vault);
    return Done{Effect::updated, {}};
  }

  [[nodiscard]] bool any_records() const { return !records_[0].empty(); }
  [[nodiscard]] bool any_files() const { return !files_[0].empty(); }
  [[nodiscard]] Params record_params() const { return params(records_); }
  [[nodiscard]] Params file_params() const { return params(files_); }
  [[nodiscard]] const std::vector<const LineFile*>& blobs() const noexcept { return blobs_; }

 private:
  static Applied refused(const VaultLine& line, std::string column, std::string reason) {
    return std::unexpected(
        Problem{.line = line.line, .column = std::move(column), .reason = std::move(reason)});
  }

  void add_record(const VaultLine& line, const std::string& vault) {
    records_[0].push_back(vault);
    records_[1].push_back(line.record);
    for (std::size_t i = 0; i < record_columns.size(); ++i) {
      records_[i + 2].push_back(line.values[i]);
    }
  }

  void add_file(const VaultLine& line, const LineFile& file, const std::string& vault) {
    files_[0].push_back(vault);
    files_[1].push_back(line.record);
    files_[2].push_back(file.name);
    files_[3].push_back(file.sha256);
    files_[4].push_back(file.mime);
    blobs_.push_back(&file);
  }

  template <std::size_t count>
  static Params params(const std::array<std::vector<std::string>, count>& columns) {
    Params params;
    for (const auto& column : columns) params.text_array(column);
    return params;
  }

  std::array<std::vector<std::string>, record_columns.size() + 2> records_;
  std::array<std::vector<std::string>, 5> files_;
  std::vector<const LineFile*> blobs_;
};

Params one_array(const std::set<std::string>& values) {
  const std::vector<std::string> list{values.begin(), values.end()};
  Params params;
  params.text_array(list);
  return params;
}

}  // namespace

Task<void> VaultRows::store_files(postgres::Transaction& transaction,
                                  std::vector<const LineFile*> files) const {
  std::map<std::string, const LineFile*> missing;
  std::set<std::string> digests;
  for (const LineFile* file : files) {
    missing.emplace(file->sha256, file);
    digests.insert(file->sha256);
  }
  const Result rows = co_await transaction.query(find_files, one_array(digests));
  for (std::size_t row = 0; row < rows.rows(); ++row) missing.erase(std::string{rows.text(row, 0)});
  for (const auto& [digest, file] : missing) {
    const std::string bytes = read_whole(file->path);
    const std::string sha256 = crypto::sha256(bytes);
    if (crypto::hex(sha256) != digest) {
      throw std::runtime_error(file->path.string() + " changed while it was read: start again");
    }
    Params params;
    params.text(digest)
        .bytes(vault::seal_file(*keys_, sha256, bytes))
        .integer(static_cast<std::int64_t>(bytes.size()));
    co_await transaction.query(insert_file, std::move(params));
  }
}

Task<std::vector<Applied>> VaultRows::write(postgres::Transaction& transaction,
                                            std::span<const VaultLine> lines) const {
  std::vector<Applied> applied;
  if (lines.empty()) co_return applied;
  std::vector<std::string> account_keys;
  for (const VaultLine& line : lines) account_keys.push_back(crypto::hex(line.account_key));
  Params these;
  these.text(portal_.name.value()).text_array(account_keys);
  const Result account_rows = co_await transaction.query(find_accounts, std::move(these));
  const Ids accounts = read_ids(account_rows);

  std::set<std::string> account_ids;
  for (const auto& [key, id] : accounts) account_ids.insert(id);
  const Result vault_rows = co_await transaction.query(lock_vaults, one_array(account_ids));
  const Ids vaults = read_ids(vault_rows);

  std::vector<std::string> line_vaults;  // empty: no such account
  std::vector<std::string> names;
  for (const VaultLine& line : lines) {
    const auto account = accounts.find(crypto::hex(line.account_key));
    line_vaults.push_back(account == accounts.end() ? "" : vaults.at(account->second));
    names.push_back(line.record);
  }
  std::vector<std::string> wanted_vaults = line_vaults;
  std::ranges::replace(wanted_vaults, std::string{}, std::string{"0"});
  Params wanted;
  wanted.text_array(wanted_vaults).text_array(names);
  const Result record_rows = co_await transaction.query(read_records, std::move(wanted));
  const PresentRecords present = read_present(record_rows);

  Writes writes;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (line_vaults[i].empty()) {
      applied.push_back(std::unexpected(
          Problem{.line = lines[i].line,
                  .column = "account",
                  .reason = "no such account in the portal: import the accounts first"}));
      continue;
    }
    const auto found = present.find({line_vaults[i], lines[i].record});
    applied.push_back(
        writes.plan(lines[i], line_vaults[i], found == present.end() ? nullptr : &found->second));
  }
  if (writes.any_records()) {
    co_await transaction.query(insert_records, writes.record_params());
  }
  if (writes.any_files()) {
    co_await store_files(transaction, writes.blobs());
    co_await transaction.query(insert_record_files, writes.file_params());
  }
  co_return applied;
}

}  // namespace vneid::admin
