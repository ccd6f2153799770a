#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "async/event_loop.hpp"
#include "async/task.hpp"
#include "ids.hpp"

namespace vneid::postgres {

/// A statement with its text, prepared under `name` on each connection that first uses it. Make
/// them `static constexpr` beside the code of their subject; `name` is unique in the program.
struct Statement {
  const char* name;
  const char* sql;
};

/// Parameters $1…$n. Text, numbers and NULL go as text, bytes go binary.
class Params {
 public:
  /// UTF-8. A value with a NUL byte, which PostgreSQL cannot store, throws StatementError 22021,
  /// as the server does for other bytes that are not UTF-8.
  Params& text(std::string_view value);
  Params& text(const std::string& value) { return text(std::string_view{value}); }
  Params& text(const char* value) { return text(std::string_view{value}); }
  Params& text(const std::optional<std::string>& value);  ///< nullopt: NULL
  Params& bytes(std::string_view value);
  Params& bytes(const std::string& value) { return bytes(std::string_view{value}); }
  Params& bytes(const std::optional<std::string>& value);  ///< nullopt: NULL
  Params& integer(std::int64_t value);
  template <class Tag>
  Params& integer(const Id<Tag, std::int64_t>& id) {
    return integer(id.value());
  }
  Params& boolean(bool value);
  Params& null();
  /// A text[] (for set-wise statements with `= any($1)` or `unnest($1)`).
  Params& text_array(std::span<const std::string> values);
  /// An instant of the years 1 to 9999, as timestamptz; throws std::out_of_range for others.
  Params& instant(Wall value);

  struct Value {
    std::optional<std::string> data;
    bool binary = false;
  };
  [[nodiscard]] const std::vector<Value>& values() const noexcept { return values_; }

 private:
  std::vector<Value> values_;
};

/// A statement with its parameters.
struct Call {
  Statement statement{};
  Params params;
};

/// Rows of one statement, owned. Columns are addressed by their position. A position outside the
/// rows, NULL where a value is asked for, and a value of another type throw std::logic_error.
class Result {
 public:
  Result() = default;
  /// Takes over a PGresult.
  explicit Result(std::shared_ptr<void> handle) noexcept : handle_(std::move(handle)) {}

  [[nodiscard]] std::size_t rows() const noexcept;
  [[nodiscard]] bool empty() const noexcept { return rows() == 0; }
  /// Rows inserted, updated, deleted or selected.
  [[nodiscard]] std::size_t affected() const noexcept;
  [[nodiscard]] bool is_null(std::size_t row, std::size_t column) const;
  /// Text of a non-NULL value; throws std::logic_error on NULL. Valid as long as the Result.
  [[nodiscard]] std::string_view text(std::size_t row, std::size_t column) const;
  [[nodiscard]] std::optional<std::string> optional_text(std::size_t row, std::size_t column) const;
  [[nodiscard]] std::int64_t integer(std::size_t row, std::size_t column) const;
  /// An integer that names something: `rows.id<AccountId>(0, 0)`.
  template <class Name>
  [[nodiscard]] Name id(std::size_t row, std::size_t column) const {
    return Name{integer(row, column)};
  }
  [[nodiscard]] bool boolean(std::size_t row, std::size_t column) const;
  /// A bytea value, decoded.
  [[nodiscard]] std::string bytes(std::size_t row, std::size_t column) const;
  [[nodiscard]] std::optional<std::string> optional_bytes(std::size_t row,
                                                          std::size_t column) const;
  /// A timestamptz, rounded down to milliseconds; the session's time zone is always UTC.
  [[nodiscard]] Wall instant(std::size_t row, std::size_t column) const;

 private:
  std::shared_ptr<void> handle_;  // PGresult
};

/// The server refused a statement. `sqlstate` tells why; a constraint's name is given when one was
/// violated. The text is the server's primary message, which names no values (and is left out for
/// class 22, where it does). Not thrown for a lost connection: that is Unavailable{postgres}.
class StatementError : public std::runtime_error {
 public:
  struct Refusal {
    std::string sqlstate;
    std::string constraint;
    std::string message;
  };
  explicit StatementError(Refusal refusal)
      : std::runtime_error(refusal.message),
        sqlstate_(std::move(refusal.sqlstate)),
        constraint_(std::move(refusal.constraint)) {}
  [[nodiscard]] const std::string& sqlstate() const noexcept { return sqlstate_; }
  [[nodiscard]] const std::string& constraint() const noexcept { return constraint_; }
  [[nodiscard]] bool is_unique_violation() const noexcept { return sqlstate_ == "23505"; }
  /// Serialization failure or deadlock: the transaction is to be tried again from its start.
  [[nodiscard]] bool is_retryable() const noexcept {
    return sqlstate_ == "40001" || sqlstate_ == "40P01";
  }
  /// The database was not set up for us (FailureKind::misconfigured): not permitted, or a table,
  /// column or function that is not there.
  [[nodiscard]] bool is_misconfiguration() const noexcept;
  /// A prepared statement that a schema change or a DEALLOCATE has spoilt. Outside a transaction
  /// it is prepared again without a word; a transaction is to be tried again from its start.
  [[nodiscard]] bool is_stale_plan() const noexcept {
    return sqlstate_ == "0A000" || sqlstate_ == "26000";
  }

 private:
  std::string sqlstate_;
  std::string constraint_;
};

/// What a Transaction is of: a connection of the pool's, or a test's own.
class OpenTransaction {
 public:
  OpenTransaction() = default;
  OpenTransaction(const OpenTransaction&) = delete;
  OpenTransaction& operator=(const OpenTransaction&) = delete;
  virtual ~OpenTransaction() = default;

  virtual Task<Result> query(Statement statement, Params params) = 0;
  /// Made of the two others where they cannot go in one flight.
  virtual Task<Result> query_and_commit(Call last);
  virtual Task<void> commit() = 0;
  virtual Task<void> rollback() = 0;
};

/// An open transaction on a leased connection. Destroyed without `commit`, the connection is
/// closed and the server rolls back: a connection in doubt never goes back to the pool. One
/// statement at a time; the object stays where it is while one runs.
class Transaction {
 public:
  explicit Transaction(std::unique_ptr<OpenTransaction> open) noexcept : open_(std::move(open)) {}

  Task<Result> query(Statement statement, Params params);
  /// The last statement and the commit in one round trip; throws what either does. A statement that
  /// is refused is not committed. The transaction is over when the task ends well; after a refusal
  /// it is to be rolled back.
  Task<Result> query_and_commit(Call last);
  /// Returns once the server has confirmed. Throws Unavailable when the connection is lost after
  /// COMMIT was sent: the outcome is unknown then, and only repeating the work can tell. Throws
  /// StatementError when the server rolled back instead. The transaction is over either way.
  Task<void> commit();
  /// Rolls back in the orderly way and returns the connection to the pool. Does nothing when the
  /// transaction is over already.
  Task<void> rollback();
  /// Committed or rolled back.
  [[nodiscard]] bool over() const noexcept { return open_ == nullptr; }

 private:
  std::unique_ptr<OpenTransaction> open_;
};

/// A transaction and what its first statements gave, in their order.
struct Opened {
  Transaction transaction;
  std::vector<Result> results;
};

enum class Isolation { read_committed, serializable };

/// Who runs statements: a worker's Pool, or what a test puts in its place. Throws
/// Unavailable{postgres} when the server is away or the timeout passes, StatementError when the
/// server refuses. A caller may be destroyed while it waits.
class Database {
 public:
  Database() = default;
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  virtual ~Database() = default;

  /// One statement in a transaction of its own.
  virtual Task<Result> query(Statement statement, Params params) = 0;
  virtual Task<Transaction> begin(Isolation isolation) = 0;
  /// The same with the first statements, in one round trip (after each has been prepared once on
  /// its connection). Each sees what was committed before it began, as if sent alone. Made of
  /// begin() and query() where they cannot go in one flight.
  virtual Task<Opened> begin_with(Isolation isolation, std::vector<Call> first);
  [[nodiscard]] virtual EventLoop& loop() const noexcept = 0;
};

}  // namespace vneid::postgres
