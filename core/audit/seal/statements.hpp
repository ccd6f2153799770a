#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "async/task.hpp"
#include "audit/seal/head.hpp"
#include "net/postgres/database.hpp"

namespace vneid::audit {

/// Heads have marks, of 8 bytes an event: fewer of them are fetched at once.
inline constexpr unsigned heads_at_once = 100;

/// The columns of audit_head for a SELECT.
const std::string& head_select();
/// Of a row that selects head_select() from its first column on.
Head head_of_row(const postgres::Result& rows, std::size_t row);

/// The newest head; nothing before anything was sealed.
Task<std::optional<Head>> newest_head(postgres::Transaction& transaction);
/// A head by its number.
Task<std::optional<Head>> head_numbered(postgres::Transaction& transaction, std::uint64_t number);

/// A transaction that sees one state of the database throughout, and changes nothing.
Task<postgres::Transaction> begin_looking(postgres::Database& database);

/// A query that is read as a stream. Make them `static const`: connections remember the texts.
class StreamedQuery {
 public:
  /// `name` is a word of SQL; of one name there is one query in the program, and one stream at a
  /// time in a transaction. `page`: how many rows are fetched at once.
  StreamedQuery(const std::string& name, const std::string& query, unsigned page = 5000);
  [[nodiscard]] postgres::Statement declare() const {
    return {declare_name_.c_str(), declare_.c_str()};
  }
  [[nodiscard]] postgres::Statement fetch() const { return {fetch_name_.c_str(), fetch_.c_str()}; }

 private:
  std::string declare_name_;
  std::string declare_;
  std::string fetch_name_;
  std::string fetch_;
};

/// The rows of a query as pages: the memory of one page, whatever their number. Within a
/// transaction that stays open.
class RowStream {
 public:
  RowStream(postgres::Transaction& transaction, const StreamedQuery& query,
            postgres::Params params = {})
      : transaction_(transaction), query_(query), params_(std::move(params)) {}

  /// Goes to the next row; false at the end, and from then on.
  Task<bool> next();
  [[nodiscard]] const postgres::Result& rows() const noexcept { return page_; }
  [[nodiscard]] std::size_t row() const noexcept { return row_; }

 private:
  postgres::Transaction& transaction_;
  const StreamedQuery& query_;
  postgres::Params params_;
  postgres::Result page_;
  std::size_t row_ = 0;
  bool open_ = false;
};

}  // namespace vneid::audit
