#include "audit/seal/statements.hpp"

#include <utility>

#include "audit/seal/stored_event.hpp"
#include "crypto/digest.hpp"

namespace vneid::audit {

namespace {

using postgres::Params;
using postgres::Statement;

constexpr Statement look_only{"audit_look_only",
                              "set transaction isolation level repeatable read, read only"};

std::optional<Head> one_head(const postgres::Result& rows) {
  if (rows.empty()) return std::nullopt;
  return head_of_row(rows, 0);
}

}  // namespace

const std::string& head_select() {
  static const std::string list = "number, size, root, " + microseconds_of("at") +
                                  ", complete, previous, key_id, signature, peaks, marks";
  return list;
}

Head head_of_row(const postgres::Result& rows, std::size_t row) {
  std::string marks = rows.bytes(row, 9);
  return {.number = static_cast<std::uint64_t>(rows.integer(row, 0)),
          .size = static_cast<std::uint64_t>(rows.integer(row, 1)),
          .root = rows.bytes(row, 2),
          .at = rows.integer(row, 3),
          .complete = rows.boolean(row, 4),
          .previous = rows.bytes(row, 5),
          .marks_hash = crypto::sha256(marks),
          .key_id = rows.bytes(row, 6),
          .signature = rows.bytes(row, 7),
          .peaks = rows.bytes(row, 8),
          .marks = std::move(marks)};
}

Task<std::optional<Head>> newest_head(postgres::Transaction& transaction) {
  static const std::string sql =
      "select " + head_select() + " from audit_head order by number desc limit 1";
  const auto rows = co_await transaction.query({"audit_newest_head", sql.c_str()}, Params());
  co_return one_head(rows);
}

Task<std::optional<Head>> head_numbered(postgres::Transaction& transaction, std::uint64_t number) {
  static const std::string sql =
      "select " + head_select() + " from audit_head where number = $1::bigint";
  Params params;
  params.integer(static_cast<std::int64_t>(number));
  const auto rows =
      co_await transaction.query({"audit_head_numbered", sql.c_str()}, std::move(params));
  co_return one_head(rows);
}

Task<postgres::Transaction> begin_looking(postgres::Database& database) {
  postgres::Transaction transaction = co_await database.begin(postgres::Isolation::read_committed);
  co_await transaction.query(look_only, Params());
  co_return transaction;
}

StreamedQuery::StreamedQuery(const std::string& name, const std::string& query, unsigned page)
    : declare_name_("audit_declare_" + name),
      declare_("declare " + name + " no scroll cursor for " + query),
      fetch_name_("audit_fetch_" + name),
      fetch_("fetch " + std::to_string(page) + " from " + name) {}

Task<bool> RowStream::next() {
  if (!open_) {
    co_await transaction_.query(query_.declare(), params_);
    open_ = true;
  } else if (row_ + 1 < page_.rows()) {
    ++row_;
    co_return true;
  }
  page_ = co_await transaction_.query(query_.fetch(), Params());
  row_ = 0;
  co_return !page_.empty();
}

}  // namespace vneid::audit
