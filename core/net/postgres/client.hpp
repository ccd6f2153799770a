#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "async/event_loop.hpp"
#include "async/task.hpp"
#include "net/call_observer.hpp"

namespace vneid::postgres {

/// A statement with its text, prepared under `name` on each connection that first uses it. Make
/// them `static constexpr` beside the code of their subject; `name` is unique in the program.
struct Statement {
  const char* name;
  const char* sql;
};

/// Where PostgreSQL is. Read from `vneid_postgres` (design §4.2).
struct Settings {
  std::string conninfo;      ///< libpq keywords or URI; see check_conninfo
  unsigned connections = 4;  ///< most connections a worker holds (at least 1); more callers queue
  /// For one call: the wait for a connection, connecting and the statement together. The server
  /// ends a statement by itself a little earlier, and an idle transaction after twice as long.
  Milliseconds timeout{2000};
  CallObserver* observer = nullptr;  ///< of statements, begins and ends; null: nobody
  /// Asked on each new connection before its first use; null: nothing is asked. One row: whether
  /// the database is what this program needs, and what it is instead.
  const Statement* requirement = nullptr;
};

/// What `nginx -t` says about a conninfo. Refused: what libpq cannot parse, a `service`, and a
/// host that is a name without a `hostaddr` beside it, since resolving it would block the worker.
/// A numeric host, a socket folder, and no host at all (Debian's socket folder) are fine; so are
/// lists of hosts. Nothing is connected to.
std::expected<void, std::string> check_conninfo(const std::string& conninfo);

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

/// Rows of one statement, owned. Columns are addressed by their position. A position outside the
/// rows, NULL where a value is asked for, and a value of another type throw std::logic_error.
class Result {
 public:
  [[nodiscard]] std::size_t rows() const noexcept;
  [[nodiscard]] bool empty() const noexcept { return rows() == 0; }
  /// Rows inserted, updated, deleted or selected.
  [[nodiscard]] std::size_t affected() const noexcept;
  [[nodiscard]] bool is_null(std::size_t row, std::size_t column) const;
  /// Text of a non-NULL value; throws std::logic_error on NULL. Valid as long as the Result.
  [[nodiscard]] std::string_view text(std::size_t row, std::size_t column) const;
  [[nodiscard]] std::optional<std::string> optional_text(std::size_t row, std::size_t column) const;
  [[nodiscard]] std::int64_t integer(std::size_t row, std::size_t column) const;
  [[nodiscard]] bool boolean(std::size_t row, std::size_t column) const;
  /// A bytea value, decoded.
  [[nodiscard]] std::string bytes(std::size_t row, std::size_t column) const;
  [[nodiscard]] std::optional<std::string> optional_bytes(std::size_t row,
                                                          std::size_t column) const;
  /// A timestamptz, rounded down to milliseconds; the session's time zone is always UTC.
  [[nodiscard]] Wall instant(std::size_t row, std::size_t column) const;

 private:
  friend class Connection;
  std::shared_ptr<void> handle_;  // PGresult
};

/// The server refused a statement. `sqlstate` tells why; a constraint's name is given when one was
/// violated. The text is the server's primary message, which names no values (and is left out for
/// class 22, where it does). Not thrown for a lost connection: that is Unavailable{postgres}.
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

class Connection;  // one libpq connection, in postgres_connection.*
class Pool;

/// An open transaction on a leased connection. Destroyed without `commit`, the connection is
/// closed and the server rolls back: a connection in doubt never goes back to the pool. One
/// statement at a time; the object stays where it is while one runs.
class Transaction {
 public:
  Transaction(Transaction&&) noexcept;
  Transaction& operator=(Transaction&&) noexcept;
  ~Transaction();

  Task<Result> query(Statement statement, Params params);
  /// Returns once the server has confirmed. Throws Unavailable when the connection is lost after
  /// COMMIT was sent: the outcome is unknown then, and only repeating the work can tell. Throws
  /// StatementError when the server rolled back instead. The transaction is over either way.
  Task<void> commit();
  /// Rolls back in the orderly way and returns the connection to the pool. Does nothing when the
  /// transaction is over already.
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
/// timeout passes, StatementError when the server refuses. After a failure to connect, calls that
/// would need a new connection fail at once for 100 ms, doubling to 2 s, and then one tries.
///
/// A caller may be destroyed while it waits: its connection is then closed.
class Pool {
 public:
  /// Throws std::invalid_argument for a conninfo that check_conninfo refuses.
  Pool(EventLoop& loop, Settings settings);
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;
  ~Pool();

  /// One statement in a transaction of its own.
  Task<Result> query(Statement statement, Params params);
  Task<Transaction> begin(Isolation isolation);
  /// Several statements without parameters, for schema migration only. The timeout covers all.
  Task<void> execute_script(std::string sql);

  /// Closes idle connections and refuses new work. Used when the worker exits.
  void close() noexcept;

  struct Counts {
    std::size_t idle;     ///< connections kept, nobody using them
    std::size_t in_use;   ///< leased or being made
    std::size_t waiting;  ///< callers in the queue
  };
  [[nodiscard]] Counts counts() const noexcept;
  [[nodiscard]] EventLoop& loop() const noexcept;

 private:
  friend class Transaction;
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace vneid::postgres
