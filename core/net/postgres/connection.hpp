#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <libpq-fe.h>

#include "async/event_loop.hpp"
#include "async/task.hpp"
#include "net/postgres/client.hpp"
#include "net/postgres/conninfo.hpp"

namespace vneid::postgres {

/// One libpq connection, never blocking (code-models.md §2.8). No deadlines here: the pool sets
/// them. One exchange at a time; a coroutine destroyed within one leaves the connection unusable.
///
/// Waits are one-shot, so libpq never closes or reopens a socket that is registered, and the
/// socket's number is asked for again at every wait. Loop thread only.
class Connection {
 public:
  /// Throws Unavailable. `options` must outlive the task.
  static Task<std::unique_ptr<Connection>> open(EventLoop& loop, const ConnectOptions& options);

  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() = default;

  /// Prepares the statement where needed, and runs it. `params` must outlive the task.
  Task<Result> execute(Statement statement, const Params& params);
  /// What goes in one flight: `first` and `last` are commands without parameters, or null.
  struct Flight {
    const char* first;
    const std::vector<Call>& calls;
    const char* last;
  };
  struct Landed {
    std::vector<Result> results;  ///< of the calls
    std::string tag;              ///< of `last`, if there is one
  };
  /// Sends all and then reads all (libpq's pipeline mode): one round trip, and one more for each
  /// statement that is not prepared here yet. What comes after a refused one is not executed, and
  /// the refusal is thrown. The calls must outlive the task.
  Task<Landed> execute_flight(Flight flight);
  /// COMMIT or ROLLBACK; gives the command tag, which tells whether the server obeyed.
  Task<std::string> end(const char* sql);
  /// Several statements, without parameters. `sql` must outlive the task.
  Task<void> run_script(const std::string& sql);

  /// Whether somebody else may have it: alive, nothing in flight, outside a transaction.
  [[nodiscard]] bool reusable() const noexcept;
  /// Whether a ROLLBACK may still be sent.
  [[nodiscard]] bool responsive() const noexcept;
  /// Takes in what the server said meanwhile; false when that was farewell. While idle only.
  [[nodiscard]] bool still_alive() noexcept;
  /// For the wait of an idle connection.
  [[nodiscard]] int socket() const noexcept { return PQsocket(connection_.get()); }

  /// From now on `worked` tells whether anything was sent that may have had an effect.
  void start_lease() noexcept { worked_ = false; }
  [[nodiscard]] bool worked() const noexcept { return worked_; }
  [[nodiscard]] bool lost() const noexcept { return lost_; }

 private:
  struct Finish {
    void operator()(PGconn* connection) const noexcept { PQfinish(connection); }
  };
  struct Clear {
    void operator()(PGresult* result) const noexcept { PQclear(result); }
  };
  using Handle = std::unique_ptr<PGresult, Clear>;

  explicit Connection(EventLoop& loop) noexcept : loop_(loop) {}
  static void notice(void* connection, const PGresult* result) noexcept;

  Task<void> connect();
  Task<void> prepare(Statement statement);
  void send_prepared(Statement statement, const Params& params);
  void send_command(const char* sql);
  Task<Handle> run_prepared(Statement statement, const Params& params);
  Task<std::vector<Handle>> answers();
  void forget_if_stale(Statement statement, const PGresult* result);
  [[nodiscard]] bool is_prepared(Statement statement) const;
  Task<Handle> command(const char* sql);

  void start_exchange();
  void sent(int accepted);
  Task<Handle> answer();
  Task<void> flush();
  Task<void> wait_for_result();
  [[nodiscard]] bool unread_tls_bytes() const noexcept;
  void consume();
  [[noreturn]] void lose();
  void check(const PGresult* result);

  EventLoop& loop_;
  std::unique_ptr<PGconn, Finish> connection_;
  std::map<std::string, const char*, std::less<>> prepared_;
  std::set<std::string, std::less<>> stale_;  // prepared on the server, but of no use any more
  bool in_flight_ = false;
  bool worked_ = false;
  bool lost_ = false;
};

}  // namespace vneid::postgres
