// What callers do with the pool's connections: single statements, scripts and transactions.

#include <exception>

#include "net/postgres/pool.hpp"

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

Task<Transaction> Pool::Impl::begin(Self self, Isolation isolation) {
  const char* sql = isolation == Isolation::serializable ? "begin isolation level serializable"
                                                         : "begin isolation level read committed";
  const Monotonic deadline = self->deadline();
  for (bool fresh = false;; fresh = true) {
    LeasePtr lease = co_await acquire(self, deadline, fresh);
    try {
      co_await bounded(self->loop_, deadline, "no answer", lease->connection().begin(sql));
      co_return Transaction(std::move(lease));
    } catch (const Unavailable&) {
      if (fresh || !lease->was_dead()) throw;
    }
  }
}

Pool::Pool(EventLoop& loop, Settings settings)
    : impl_(std::make_shared<Impl>(loop, std::move(settings))) {}

Pool::~Pool() { impl_->close(); }

Task<Result> Pool::query(Statement statement, Params params) {
  return impl_->watched(Impl::query(impl_, statement, std::move(params)));
}

Task<Transaction> Pool::begin(Isolation isolation) {
  return impl_->watched(Impl::begin(impl_, isolation));
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
  if (tag != "COMMIT") {
    throw StatementError({.sqlstate = "25P02",
                          .constraint = "",
                          .message = "postgres 25P02: rolled back, since a statement had failed"});
  }
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
