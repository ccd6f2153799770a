#include "vault/reuse.hpp"

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <utility>

#include "net/postgres/retry.hpp"
#include "text/ascii.hpp"
#include "text/date.hpp"

namespace vneid::vault {

namespace {

using postgres::Params;
using postgres::Result;
using postgres::Statement;
using postgres::Transaction;

constexpr Statement reuse_record{
    "vault_reuse_record",
    "select outcome, array_to_string(hindrances, ','), reference, reused_at from"
    " reuse_record($1::bigint, $2::bigint, $3::bigint, $4::bytea, $5, $6, $7, $8, $9, $10,"
    " $11::timestamptz)"};

constexpr Statement read_bytes{"vault_read_bytes",
                               "select bytes_sealed from file where sha256 = $1::bytea"};

constexpr Statement find_papers{
    "vault_papers_of_dossier",
    "select record_id, encode(sha256, 'hex'), account_id, person_id, procedure_code, reference,"
    " reused_at from record_reuse where portal = $1 and dossier_code = $2 order by id"};

std::optional<std::string> told(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional{text};
}

/// The body of the transaction. Const: nothing of a failed try is remembered.
class ReuseWork {
 public:
  ReuseWork(const crypto::KeyRing& keys, const ReuseRequest& request, const audit::Event& event,
            const std::string& digest)
      : keys_(keys), request_(request), event_(event), digest_(digest) {}

  Task<ReuseOutcome> operator()(Transaction& transaction) const {
    const Result rows = co_await transaction.query(reuse_record, params());
    const std::string_view outcome = rows.text(0, 0);
    if (outcome == "absent") co_return ReuseOutcome{NothingToReuse{}};
    if (outcome == "refused") {
      co_await record(transaction, audit::Result::refused, rows.text(0, 1));
      co_return ReuseOutcome{NotReusable{text::comma_words(rows.text(0, 1))}};
    }
    std::string reference{rows.text(0, 2)};
    const Wall at = rows.instant(0, 3);
    if (outcome == "used_before") {
      co_await record(transaction, audit::Result::refused, outcome);
      co_return ReuseOutcome{UsedBefore{std::move(reference), at}};
    }
    Reused reused = co_await what_was_used(transaction);
    reused.reference = std::move(reference);
    reused.at = at;
    reused.repeated = outcome == "repeated";
    co_await record(transaction, audit::Result::ok, reused.repeated ? outcome : "");
    co_return ReuseOutcome{std::move(reused)};
  }

 private:
  [[nodiscard]] Params params() const {
    Params params;
    params.integer(request_.person_id).integer(request_.account_id).integer(request_.record_id);
    params.bytes(digest_).text(request_.portal.value()).text(request_.dossier_code);
    params.text(told(request_.procedure_code)).text(told(request_.doc_type_code));
    params.text(request_.reference).text(text::stored_day(request_.now)).instant(request_.now);
    return params;
  }

  Task<Reused> what_was_used(Transaction& transaction) const {
    Reused reused;
    RecordsWanted wanted;
    wanted.owner = request_.person_id;
    wanted.filter.id = request_.record_id;
    wanted.now = request_.now;
    Records records = co_await find_records(transaction, std::move(wanted));
    reused.record = std::move(records.slice.at(0));
    const auto file = std::ranges::find(reused.record.files, request_.sha256, &RecordFile::sha256);
    if (file == reused.record.files.end()) throw std::logic_error("a reused file is not there");
    reused.file = *file;
    Params of_file;
    of_file.bytes(digest_);
    const Result rows = co_await transaction.query(read_bytes, std::move(of_file));
    reused.bytes = open_sealed_file(keys_, digest_, rows.bytes(0, 0));
    co_return reused;
  }

  Task<void> record(Transaction& transaction, audit::Result result, std::string_view why) const {
    audit::Event event = event_;
    event.result = result;
    event.reason = "record_" + std::to_string(request_.record_id);
    if (!why.empty()) event.reason.append(",").append(why);
    co_await audit::record(transaction, std::move(event));
  }

  const crypto::KeyRing& keys_;
  const ReuseRequest& request_;
  const audit::Event& event_;
  const std::string& digest_;
};

}  // namespace

Task<ReuseOutcome> reuse(postgres::Database& database, std::shared_ptr<const crypto::KeyRing> keys,
                         ReuseRequest request, audit::Event event) {
  const auto digest = digest_of(request.sha256);
  if (!digest) co_return ReuseOutcome{NothingToReuse{}};
  ReuseWork work{*keys, request, event, *digest};
  co_return co_await postgres::with_retries(database, postgres::Isolation::read_committed, work);
}

Task<std::vector<PaperUsed>> papers_of_dossier(postgres::Database& database, PortalName portal,
                                               std::string dossier_code) {
  Params params;
  params.text(portal.value()).text(dossier_code);
  const Result rows = co_await database.query(find_papers, std::move(params));
  std::vector<PaperUsed> papers;
  for (std::size_t row = 0; row < rows.rows(); ++row) {
    PaperUsed paper;
    paper.record_id = rows.integer(row, 0);
    paper.sha256 = rows.text(row, 1);
    paper.account_id = rows.id<AccountId>(row, 2);
    paper.person_id = rows.id<PersonId>(row, 3);
    paper.procedure_code = rows.optional_text(row, 4).value_or("");
    paper.reference = rows.text(row, 5);
    paper.at = rows.instant(row, 6);
    papers.push_back(std::move(paper));
  }
  co_return papers;
}

}  // namespace vneid::vault
