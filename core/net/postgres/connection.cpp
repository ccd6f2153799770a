#include "net/postgres/connection.hpp"

#include <string_view>

#include "async/wait.hpp"
#include "net/postgres/error.hpp"
#include "net/unavailable.hpp"

namespace vneid::postgres {

namespace {

[[noreturn]] void throw_unavailable(const std::string& cause) {
  throw Unavailable(Unavailable::Dependency::postgres, "postgres: " + cause);
}

bool failed(const PGresult* result) noexcept {
  const ExecStatusType status = PQresultStatus(result);
  return status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && status != PGRES_EMPTY_QUERY;
}

bool is_stale_plan(const PGresult* result) noexcept {
  return failed(result) && (sqlstate(result) == "0A000" || sqlstate(result) == "26000");
}

}  // namespace

Task<std::unique_ptr<Connection>> Connection::open(EventLoop& loop, const ConnectOptions& options) {
  std::vector<const char*> keywords;
  std::vector<const char*> values;
  for (const auto& [keyword, value] : options) {
    keywords.push_back(keyword.c_str());
    values.push_back(value.c_str());
  }
  keywords.push_back(nullptr);
  values.push_back(nullptr);

  std::unique_ptr<Connection> made{new Connection(loop)};
  made->connection_.reset(PQconnectStartParams(keywords.data(), values.data(), 0));
  co_await made->connect();
  co_return made;
}

Task<void> Connection::connect() {
  PGconn* connection = connection_.get();
  if (connection == nullptr || PQstatus(connection) == CONNECTION_BAD) {
    throw_connect_failure(connection);
  }
  PQsetErrorVerbosity(connection, PQERRORS_VERBOSE);  // what was refused tells why by its SQLSTATE
  PQsetNoticeReceiver(connection, &Connection::notice, this);
  PostgresPollingStatusType state = PGRES_POLLING_WRITING;
  while (state != PGRES_POLLING_OK) {
    if (state == PGRES_POLLING_FAILED || socket() < 0) throw_connect_failure(connection);
    const bool reading = state == PGRES_POLLING_READING;
    const Readiness found =
        co_await FdAwaiter(loop_, socket(), reading ? Interest::read : Interest::write);
    // Polled before its time, libpq would take the socket for connected: a wait that ended only
    // because the worker is leaving is made again.
    if (reading ? found.readable : found.writable) state = PQconnectPoll(connection);
  }
  PQsetErrorVerbosity(connection, PQERRORS_DEFAULT);
  if (PQsetnonblocking(connection, 1) != 0) throw_connect_failure(connection);
  const char* zone = PQparameterStatus(connection, "TimeZone");
  if (zone == nullptr || std::string_view{zone} != "UTC") {
    throw_unavailable("the server does not honour the session's settings (TimeZone)");
  }
}

// Kept from stderr: notices may quote values. The one thing of interest is a farewell while idle.
void Connection::notice(void* connection, const PGresult* result) noexcept {
  if (is_farewell(result)) static_cast<Connection*>(connection)->lost_ = true;
}

bool Connection::responsive() const noexcept {
  return !lost_ && !in_flight_ && PQstatus(connection_.get()) == CONNECTION_OK;
}

bool Connection::reusable() const noexcept {
  return responsive() && PQtransactionStatus(connection_.get()) == PQTRANS_IDLE;
}

bool Connection::still_alive() noexcept {
  if (!responsive()) return false;
  if (PQconsumeInput(connection_.get()) == 0) lost_ = true;
  // Asking makes libpq look at what it took in; a result would be one that nobody asked for.
  static_cast<void>(PQisBusy(connection_.get()));
  return reusable();
}

bool Connection::is_prepared(Statement statement) const {
  const auto found = prepared_.find(std::string_view{statement.name});
  if (found == prepared_.end()) return false;
  if (std::string_view{found->second} != statement.sql) {
    throw std::logic_error(std::string("postgres: two statements are named ") + statement.name);
  }
  return true;
}

Task<Result> Connection::execute(Statement statement, const Params& params) {
  for (bool again = false;; again = true) {
    const bool fresh = !is_prepared(statement);
    if (fresh) {
      co_await prepare(statement);
    }
    Handle handle = co_await run_prepared(statement, params);
    if (!fresh && is_stale_plan(handle.get())) {
      forget_if_stale(statement, handle.get());
      // Nothing was executed. Within a transaction the server now refuses everything.
      if (!again && PQtransactionStatus(connection_.get()) == PQTRANS_IDLE) continue;
    }
    check(handle.get());
    co_return Result{std::shared_ptr<PGresult>(std::move(handle))};
  }
}

Task<void> Connection::prepare(Statement statement) {
  if (stale_.contains(std::string_view{statement.name})) {
    const std::string sql = std::string("deallocate \"") + statement.name + '"';
    Handle gone = co_await command(sql.c_str());
    check(gone.get());
    stale_.erase(statement.name);
  }
  start_exchange();
  sent(PQsendPrepare(connection_.get(), statement.name, statement.sql, 0, nullptr));
  Handle handle = co_await answer();
  check(handle.get());
  prepared_.emplace(statement.name, statement.sql);
}

void Connection::forget_if_stale(Statement statement, const PGresult* result) {
  if (!is_stale_plan(result)) return;
  if (sqlstate(result) == "0A000") stale_.emplace(statement.name);
  prepared_.erase(statement.name);
}

Task<Connection::Handle> Connection::run_prepared(Statement statement, const Params& params) {
  start_exchange();
  worked_ = true;
  send_prepared(statement, params);
  co_return co_await answer();
}

void Connection::send_prepared(Statement statement, const Params& params) {
  std::vector<const char*> values;
  std::vector<int> lengths;
  std::vector<int> formats;
  for (const auto& value : params.values()) {
    values.push_back(value.data ? value.data->c_str() : nullptr);
    lengths.push_back(value.data ? static_cast<int>(value.data->size()) : 0);
    formats.push_back(value.binary ? 1 : 0);
  }
  sent(PQsendQueryPrepared(connection_.get(), statement.name, static_cast<int>(values.size()),
                           values.data(), lengths.data(), formats.data(), 0));
}

void Connection::send_command(const char* sql) {
  sent(PQsendQueryParams(connection_.get(), sql, 0, nullptr, nullptr, nullptr, nullptr, 0));
}

Task<Connection::Landed> Connection::execute_flight(Flight flight) {
  for (const Call& call : flight.calls) {
    if (!is_prepared(call.statement)) co_await prepare(call.statement);
  }
  start_exchange();
  // What only a commit would make last may be sent again on another connection.
  if (flight.last != nullptr) worked_ = true;
  sent(PQenterPipelineMode(connection_.get()));
  if (flight.first != nullptr) send_command(flight.first);
  for (const Call& call : flight.calls) send_prepared(call.statement, call.params);
  if (flight.last != nullptr) send_command(flight.last);
  sent(PQpipelineSync(connection_.get()));
  std::vector<Handle> handles = co_await answers();
  Landed landed;
  auto next = handles.begin();
  const auto take = [&]() -> Handle& {
    if (next == handles.end()) lose();
    return *next++;
  };
  if (flight.first != nullptr) check(take().get());
  for (const Call& call : flight.calls) {
    Handle& handle = take();
    forget_if_stale(call.statement, handle.get());
    check(handle.get());
    landed.results.emplace_back(std::shared_ptr<PGresult>(std::move(handle)));
  }
  if (flight.last != nullptr) {
    const Handle& handle = take();
    check(handle.get());
    landed.tag = PQcmdStatus(handle.get());
  }
  co_return landed;
}

Task<Connection::Handle> Connection::command(const char* sql) {
  start_exchange();
  send_command(sql);
  co_return co_await answer();
}

Task<std::string> Connection::end(const char* sql) {
  worked_ = true;
  Handle handle = co_await command(sql);
  check(handle.get());
  co_return std::string(PQcmdStatus(handle.get()));
}

Task<void> Connection::run_script(const std::string& sql) {
  start_exchange();
  worked_ = true;
  sent(PQsendQuery(connection_.get(), sql.c_str()));
  Handle handle = co_await answer();
  check(handle.get());
}

}  // namespace vneid::postgres
