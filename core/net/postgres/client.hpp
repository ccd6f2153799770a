#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <string>

#include "async/event_loop.hpp"
#include "async/task.hpp"
#include "net/call_observer.hpp"
#include "net/postgres/database.hpp"

namespace vneid::postgres {

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
  /// The sessions only look things up: wherever an index leads to the rows, no table is read from
  /// end to end, whatever the statistics say of its size. Sessions that began when tables were
  /// empty would otherwise go on reading them whole. Nor are plans compiled (jit): where statistics
  /// are old, a look-up seems dear enough, and compiling takes 100 times as long as the look-up.
  bool only_lookups = false;
};

/// What `nginx -t` says about a conninfo. Refused: what libpq cannot parse, a `service`, an unknown
/// `sslmode`, and a host that is a name without a `hostaddr` beside it, since resolving it would
/// block the worker. A numeric host, a socket folder, and no host at all (Debian's socket folder)
/// are fine; so are lists of hosts. Nothing is connected to.
std::expected<void, std::string> check_conninfo(const std::string& conninfo);

/// Connections of one worker, made when needed, kept while idle, closed when anything about them
/// is in doubt. Loop thread only. Throws Unavailable{postgres} when the server is away or the
/// timeout passes, StatementError when the server refuses. After a failure to connect, calls that
/// would need a new connection fail at once for 100 ms, doubling to 2 s, and then one tries.
///
/// A caller may be destroyed while it waits: its connection is then closed.
class Pool final : public Database {
 public:
  /// Throws std::invalid_argument for a conninfo that check_conninfo refuses.
  Pool(EventLoop& loop, Settings settings);
  ~Pool() override;

  Task<Result> query(Statement statement, Params params) override;
  Task<Transaction> begin(Isolation isolation) override;
  Task<Opened> begin_with(Isolation isolation, std::vector<Call> first) override;
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
  [[nodiscard]] EventLoop& loop() const noexcept override;

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace vneid::postgres
