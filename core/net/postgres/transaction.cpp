// What callers do with the pool's connections: single statements, scripts and transactions.

#include <exception>

#include "net/postgres/pool.hpp"
#include "net/postgres/retry.hpp"

namespace vneid::postgres {

Task<Result> Pool::Impl::query(Self self, Statement statement, Params params) {
  const Monotonic deadline = self->deadline();
  for (bool fresh = false;; fresh = true) {
    LeasePtr lease = co_await acquire(self, deadline, fresh);
    try {
      co_return co_await bounded(self->loop_, deadline, "no answer",
                                 lease->connection().execute(statement, params));
    } catch (const Unavailable&) {
      if (fresh || !lease->was_dead()) throw;
    }
  }
}

Task<void> Pool::Impl::execute_script(Self self, std::string sql) {
  const Monotonic deadline = self->deadline();
  LeasePtr lease = co_await acquire(self, deadline, false);
  co_await bounded(self->loop_, deadline, "no answer", lease->connection().run_script(sql));
}

namespace {

void require_commit(std::string_view tag) {
  if (tag == "COMMIT") return;
  throw StatementError({.sqlstate = "25P02",
                        .constraint = "",
                        .message = "postgres 25P02: rolled back, since a statement had failed"});
}

}  // namespace

Task<Opened> Pool::Impl::begin(Self self, Isolation isolation, std::vector<Call> first) {
  const char* sql = isolation == Isolation::serializable ? "begin isolation level serializable"
                                                         : "begin isolation level read committed";
  const Monotonic deadline = self->deadline();
  for (bool fresh = false;; fresh = true) {
    LeasePtr lease = co_await acquire(self, deadline, fresh);
    std::exception_ptr refused;
    try {
      Connection::Landed landed = co_await bounded(
          self->loop_, deadline, "no answer",
          lease->connection().execute_flight({.first = sql, .calls = first, .last = nullptr}));
      co_return Opened{Transaction(std::move(lease)), std::move(landed.results)};
    } catch (const Unavailable&) {
      if (fresh || !lease->was_dead()) throw;
      continue;
    } catch (const StatementError&) {
      refused = std::current_exception();
    }
    Transaction begun{std::move(lease)};
    co_await detail::give_up(begun);
    std::rethrow_exception(refused);
  }
}

Pool::Pool(EventLoop& loop, Settings settings)
    : impl_(std::make_shared<Impl>(loop, std::move(settings))) {}

Pool::~Pool() { impl_->close(); }

Task<Result> Pool::query(Statement statement, Params params) {
  return impl_->watched(Impl::query(impl_, statement, std::move(params)));
}

Task<Transaction> Pool::begin(Isolation isolation) {
  co_return (co_await begin_with(isolation, {})).transaction;
}

Task<Opened> Pool::begin_with(Isolation isolation, std::vector<Call> first) {
  return impl_->watched(Impl::begin(impl_, isolation, std::move(first)));
}

Task<void> Pool::execute_script(std::string sql) {
  return Impl::execute_script(impl_, std::move(sql));
}

void Pool::close() noexcept { impl_->close(); }

Pool::Counts Pool::counts() const noexcept { return impl_->counts(); }

EventLoop& Pool::loop() const noexcept { return impl_->loop(); }

Task<Result> Pool::Impl::Lease::query(Statement statement, Params params) {
  // A coroutine, whose frame holds the parameters while the connection sends them.
  co_return co_await pool().watched(bounded(pool().loop(), pool().deadline(), "no answer",
                                            connection_->execute(statement, params)));
}

Task<void> Pool::Impl::Lease::commit() {
  std::string tag = co_await pool().watched(
      bounded(pool().loop(), pool().deadline(), "no answer to COMMIT", connection_->end("commit")));
  require_commit(tag);
}

Task<Result> Pool::Impl::Lease::query_and_commit(Call last) {
  const std::vector<Call> calls{std::move(last)};
  Connection::Landed landed = co_await pool().watched(
      bounded(pool().loop(), pool().deadline(), "no answer to the last statement and COMMIT",
              connection_->execute_flight({.first = nullptr, .calls = calls, .last = "commit"})));
  require_commit(landed.tag);
  co_return std::move(landed.results.front());
}

Task<void> Pool::Impl::Lease::rollback() {
  if (!connection_->responsive()) co_return;
  co_await bounded(pool().loop(), pool().deadline(), "no answer to ROLLBACK",
                   connection_->end("rollback"));
}

Task<Result> Transaction::query(Statement statement, Params params) {
  if (!open_) throw std::logic_error("postgres: the transaction is over");
  co_return co_await open_->query(statement, std::move(params));
}

Task<Result> Transaction::query_and_commit(Call last) {
  if (!open_) throw std::logic_error("postgres: the transaction is over");
  Result result = co_await open_->query_and_commit(std::move(last));
  open_.reset();
  co_return result;
}

Task<Result> OpenTransaction::query_and_commit(Call last) {
  Result result = co_await query(last.statement, std::move(last.params));
  co_await commit();
  co_return result;
}

Task<Opened> Database::begin_with(Isolation isolation, std::vector<Call> first) {
  Opened opened{co_await begin(isolation), {}};
  for (Call& call : first) {
    opened.results.push_back(
        co_await opened.transaction.query(call.statement, std::move(call.params)));
  }
  co_return opened;
}

Task<void> Transaction::commit() {
  if (!open_) throw std::logic_error("postgres: the transaction is over");
  const std::unique_ptr<OpenTransaction> open = std::move(open_);
  co_await open->commit();
}

Task<void> Transaction::rollback() {
  const std::unique_ptr<OpenTransaction> open = std::move(open_);
  if (open) co_await open->rollback();
}

}  // namespace vneid::postgres
