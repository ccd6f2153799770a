#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "async/event_loop.hpp"
#include "async/task.hpp"

namespace vneid::postgres {

/// Where PostgreSQL is. Read from `vneid_postgres` (design §4.2).
struct Settings {
  std::string conninfo;      ///< libpq keywords; `hostaddr` or a socket folder, never a name
  unsigned connections = 4;  ///< most connections a worker holds; further callers queue
  Milliseconds timeout{2000};  ///< for one statement, and for getting a connection
};

/// A statement with its text, prepared under `name` on each connection that first uses it. Make
/// them `static constexpr` beside the code of their subject; `name` is unique in the program.
struct Statement {
  const char* name;
  const char* sql;
};

/// Parameters $1…$n. Text, numbers and NULL go as text, bytes go binary.
class Params {
 public:
  Params& text(std::string_view value);
  Params& text(const std::optional<std::string>& value);  ///< nullopt: NULL
  Params& bytes(std::string_view value);
  Params& bytes(const std::optional<std::string>& value);  ///< nullopt: NULL
  Params& integer(std::int64_t value);
  Params& boolean(bool value);
  Params& null();
  /// A text[] (for set-wise statements with `= any($1)` or `unnest($1)`).
  Params& text_array(std::span<const std::string> values);
  /// An instant, as timestamptz.
  Params& instant(Wall value);

  struct Value {
    std::optional<std::string> data;
    bool binary = false;
  };
  [[nodiscard]] const std::vector<Value>& values() const noexcept { return values_; }

 private:
  std::vector<Value> values_;
};

/// Rows of one statement, owned. Columns are addressed by their position.
class Result {
 public:
  [[nodiscard]] std::size_t rows() const noexcept;
  [[nodiscard]] bool empty() const noexcept { return rows() == 0; }
  [[nodiscard]] std::size_t affected() const noexcept;
  [[nodiscard]] bool is_null(std::size_t row, std::size_t column) const;
  /// Text of a non-NULL value; throws std::logic_error on NULL. Valid as long as the Result.
  [[nodiscard]] std::string_view text(std::size_t row, std::size_t column) const;
  [[nodiscard]] std::optional<std::string> optional_text(std::size_t row, std::size_t column) const;
  [[nodiscard]] std::int64_t integer(std::size_t row, std::size_t column) const;
  [[nodiscard]] bool boolean(std::size_t row, std::size_t column) const;
  /// A bytea value, decoded.
  [[nodiscard]] std::string bytes(std::size_t row, std::size_t column) const;
  [[nodiscard]] std::optional<std::string> optional_bytes(std::size_t row, std::size_t column) const;
  /// A timestamptz; the session's time zone is always UTC.
  [[nodiscard]] Wall instant(std::size_t row, std::size_t column) const;

 private:
  friend class Connection;
  std::shared_ptr<void> handle_;  // PGresult
};

/// The server refused a statement. `sqlstate` tells why; a constraint's name is given when one was
/// violated. Not thrown for a lost connection: that is Unavailable{postgres}.
class StatementError : public std::runtime_error {
 public:
  StatementError(std::string sqlstate, std::string constraint, const std::string& message)
      : std::runtime_error(message),
        sqlstate_(std::move(sqlstate)),
        constraint_(std::move(constraint)) {}
  [[nodiscard]] const std::string& sqlstate() const noexcept { return sqlstate_; }
  [[nodiscard]] const std::string& constraint() const noexcept { return constraint_; }
  [[nodiscard]] bool is_unique_violation() const noexcept { return sqlstate_ == "23505"; }
  /// Serialization failure or deadlock: the transaction is to be tried again from its start.
  [[nodiscard]] bool is_retryable() const noexcept {
    return sqlstate_ == "40001" || sqlstate_ == "40P01";
  }

 private:
  std::string sqlstate_;
  std::string constraint_;
};

class Connection;  // one libpq connection, in postgres_connection.*
class Pool;

/// An open transaction on a leased connection. Destroyed without `commit`, the connection is
/// closed and the server rolls back: a connection in doubt never goes back to the pool.
class Transaction {
 public:
  Transaction(Transaction&&) noexcept;
  Transaction& operator=(Transaction&&) noexcept;
  ~Transaction();

  Task<Result> query(Statement statement, Params params);
  /// Returns once the server has confirmed. Throws Unavailable when the connection is lost after
  /// COMMIT was sent: the outcome is unknown then, and only repeating the work can tell.
  Task<void> commit();
  /// Rolls back in the orderly way and returns the connection to the pool.
  Task<void> rollback();

 private:
  friend class Pool;
  class Lease;
  explicit Transaction(std::unique_ptr<Lease> lease);
  std::unique_ptr<Lease> lease_;
};

enum class Isolation { read_committed, serializable };

/// Connections of one worker, made when needed, kept while idle, closed when anything about them
/// is in doubt. Loop thread only. Throws Unavailable{postgres} when the server is away or the
/// timeout passes, StatementError when the server refuses.
class Pool {
 public:
  Pool(EventLoop& loop, Settings settings);
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;
  ~Pool();

  /// One statement in a transaction of its own.
  Task<Result> query(Statement statement, Params params);
  Task<Transaction> begin(Isolation isolation);
  /// Several statements without parameters, for schema migration only.
  Task<void> execute_script(std::string sql);

  /// Closes idle connections and refuses new work. Used when the worker exits.
  void close() noexcept;

 private:
  friend class Transaction;
  class Impl;
  std::shared_ptr<Impl> impl_;
};

/// Runs `work(transaction)` and commits, again from the start (with a short random pause) when the
/// server reports a serialization failure or a deadlock, at most `attempts` times. `Work` is a
/// named functor whose call operator is a coroutine; it must not remember anything of a failed try.
template <class Work>
auto with_retries(Pool& pool, Isolation isolation, Work& work, int attempts = 5)
    -> decltype(work(std::declval<Transaction&>()));

}  // namespace vneid::postgres
