#include "vault/transfer.hpp"

#include <numeric>
#include <utility>

namespace vneid::vault {

namespace {

using postgres::Params;
using postgres::Result;
using postgres::Statement;

// The rules are the schema's (0013), where records that come later find them too.
constexpr Statement carry_over{"vault_carry_over",
                               "select carry_over($1::bigint, $2::timestamptz)"};

constexpr Statement summarize{
    "vault_transfer_summary",
    "select state, reason, kind, count(*) from transfer_item where link_id = $1::bigint"
    " group by 1, 2, 3"};

std::int64_t total(const std::map<std::string, std::int64_t>& counts) noexcept {
  return std::accumulate(counts.begin(), counts.end(), std::int64_t{0},
                         [](std::int64_t sum, const auto& entry) { return sum + entry.second; });
}

}  // namespace

std::int64_t TransferSummary::moved_total() const noexcept { return total(moved); }
std::int64_t TransferSummary::stayed_total() const noexcept { return total(stayed); }

TransferSummary summary_of(const Result& rows, std::size_t column) {
  TransferSummary summary;
  for (std::size_t row = 0; row < rows.rows(); ++row) {
    if (rows.is_null(row, column)) continue;
    const std::string_view state = rows.text(row, column);
    const std::int64_t count = rows.integer(row, column + 3);
    if (state == "skipped") {
      summary.stayed[std::string{rows.text(row, column + 1)}] += count;
      continue;
    }
    summary.moved[std::string{rows.text(row, column + 2)}] += count;
    if (state == "conflict") summary.other_versions += count;
  }
  return summary;
}

Task<std::int64_t> carry(postgres::Transaction& transaction, LinkId link_id, Wall at) {
  Params params;
  params.integer(link_id).instant(at);
  const Result rows = co_await transaction.query(carry_over, std::move(params));
  co_return rows.integer(0, 0);
}

Task<TransferSummary> transfer_summary(postgres::Transaction& transaction, LinkId link_id) {
  Params params;
  params.integer(link_id);
  const Result rows = co_await transaction.query(summarize, std::move(params));
  co_return summary_of(rows, 0);
}

Task<TransferSummary> transfer_summary(postgres::Database& database, LinkId link_id) {
  Params params;
  params.integer(link_id);
  const Result rows = co_await database.query(summarize, std::move(params));
  co_return summary_of(rows, 0);
}

}  // namespace vneid::vault
