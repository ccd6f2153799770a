// What callers do with the pool's connections: single statements, scripts and transactions.

#include <exception>

#include "net/postgres/pool.hpp"

namespace vneid::postgres {

Task<Result> Pool::Impl::query(Self self, Statement statement, Params params) {
  const Monotonic deadline = self->deadline();
  for (bool fresh = false;; fresh = true) {
    LeasePtr lease = co_await acquire(self, deadline, fresh);
    try {
      Result result = co_await bounded(self->loop_, deadline, "no answer",
                                       lease->connection().execute(statement, params));
      co_return result;
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

Transaction::Transaction(std::unique_ptr<Lease> lease) : lease_(std::move(lease)) {}
Transaction::Transaction(Transaction&&) noexcept = default;
Transaction& Transaction::operator=(Transaction&&) noexcept = default;
Transaction::~Transaction() = default;

Task<Result> Transaction::query(Statement statement, Params params) {
  if (!lease_) throw std::logic_error("postgres: the transaction is over");
  Pool::Impl& pool = lease_->pool();
  Result result = co_await pool.watched(bounded(pool.loop(), pool.deadline(), "no answer",
                                                lease_->connection().execute(statement, params)));
  co_return result;
}

Task<void> Transaction::commit() {
  if (!lease_) throw std::logic_error("postgres: the transaction is over");
  const std::unique_ptr<Lease> lease = std::move(lease_);
  Pool::Impl& pool = lease->pool();
  std::string tag = co_await pool.watched(bounded(
      pool.loop(), pool.deadline(), "no answer to COMMIT", lease->connection().end("commit")));
  if (tag != "COMMIT") {
    throw StatementError("25P02", "", "postgres 25P02: rolled back, since a statement had failed");
  }
}

Task<void> Transaction::rollback() {
  const std::unique_ptr<Lease> lease = std::move(lease_);
  if (!lease || !lease->connection().responsive()) co_return;
  Pool::Impl& pool = lease->pool();
  co_await bounded(pool.loop(), pool.deadline(), "no answer to ROLLBACK",
                   lease->connection().end("rollback"));
}

}  // namespace vneid::postgres
