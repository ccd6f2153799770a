#include "net/postgres/pool.hpp"

#include <algorithm>

namespace vneid::postgres {

namespace {

/// An attempt to connect: one of those that are running, for as long as it lives.
class Attempt {
 public:
  Attempt(std::size_t& running, Monotonic now) noexcept : running_(running), started_(now) {
    ++running_;
  }
  Attempt(const Attempt&) = delete;
  Attempt& operator=(const Attempt&) = delete;
  ~Attempt() { --running_; }
  [[nodiscard]] Milliseconds lasted(Monotonic now) const noexcept {
    return std::chrono::floor<Milliseconds>(now - started_);
  }

 private:
  std::size_t& running_;
  Monotonic started_;
};

ConnectOptions valid_options(const Settings& settings) {
  auto options = connect_options(settings);
  if (!options) throw std::invalid_argument("postgres: " + options.error());
  return *options;
}

}  // namespace

void BackOff::failed(Monotonic now, Unavailable cause) {
  constexpr Milliseconds first{100};
  constexpr Milliseconds longest{2000};
  constexpr int most_doublings = 5;
  until_ = now + std::min(longest, first * (1 << std::min(failures_, most_doublings)));
  last_.emplace(std::move(cause));
  ++failures_;
}

Pool::Impl::Impl(EventLoop& loop, Settings settings)
    : loop_(loop), settings_(std::move(settings)), hosts_(of_each_host(valid_options(settings_))) {
  settings_.connections = std::max(1U, settings_.connections);
  idle_.reserve(settings_.connections);
}

Pool::Counts Pool::Impl::counts() const noexcept {
  return {.idle = idle_.size(), .in_use = in_use_, .waiting = waiters_.size()};
}

void Pool::Impl::close() noexcept {
  closed_ = true;
  idle_.clear();
  while (!waiters_.empty()) {
    SlotWaiter* waiter = waiters_.front();
    waiters_.pop_front();
    waiter->end(false);
  }
}

Task<Pool::Impl::LeasePtr> Pool::Impl::acquire(Self self, Monotonic deadline, bool fresh) {
  Slot slot = co_await take_slot(self, deadline);
  if (fresh) self->idle_.clear();
  std::unique_ptr<Connection> connection = self->take_idle();
  const bool reused = connection != nullptr;
  if (!reused) {
    connection = co_await connect(self, deadline);
  }
  co_return std::make_unique<Lease>(std::move(slot), std::move(connection), reused);
}

Task<Pool::Impl::Slot> Pool::Impl::take_slot(Self self, Monotonic deadline) {
  if (self->closed_) throw_unavailable("the pool is closed");
  if (self->in_use_ < self->settings_.connections) {  // then nobody waits either
    ++self->in_use_;
    co_return Slot(self);
  }
  SlotWaiter waiter{*self};
  const Monotonic began = self->loop_.now();
  try {
    co_await with_deadline(self->loop_, deadline, waiter.wait());
  } catch (const DeadlinePassed&) {
    // A server that has answered others meanwhile is not away.
    const bool works = self->last_answer_ > began;
    throw_unavailable("no connection became free in time",
                      works ? FailureKind::overload : FailureKind::timeout);
  }
  if (!waiter.take()) throw_unavailable("the pool is closed");
  co_return Slot(self);
}

void Pool::Impl::release_slot() noexcept {
  if (waiters_.empty()) {
    --in_use_;
    return;
  }
  SlotWaiter* next = waiters_.front();
  waiters_.pop_front();
  next->end(true);
}

void Pool::Impl::refuse_while_failing() const {
  // One call tries at a time, so that a stalled server costs one caller its time and not all.
  if (back_off_.holds(loop_.now()) || (back_off_.failing() && connecting_ > 0)) {
    back_off_.rethrow();
  }
}

Task<std::unique_ptr<Connection>> Pool::Impl::connect(Self self, Monotonic deadline) {
  self->refuse_while_failing();
  const Attempt attempt{self->connecting_, self->loop_.now()};
  std::optional<Unavailable> failure;
  try {
    std::unique_ptr<Connection> connection =
        co_await with_deadline(self->loop_, deadline, open_somewhere(self, deadline));
    self->back_off_.succeeded();
    co_return connection;
  } catch (const DeadlinePassed&) {
    failure.emplace(Unavailable::Dependency::postgres, "postgres: no connection in time",
                    FailureKind::timeout);
  } catch (const Unavailable& away) {
    const bool known =
        away.kind() == FailureKind::misconfigured || away.kind() == FailureKind::timeout;
    failure.emplace(Unavailable::Dependency::postgres, away.what(),
                    known ? away.kind() : FailureKind::refused);
  }
  // Who spent its time in the queue learned nothing about the server.
  const bool had_time = attempt.lasted(self->loop_.now()) >= self->settings_.timeout / 2;
  if (failure->kind() != FailureKind::timeout || had_time) {
    self->back_off_.failed(self->loop_.now(), *failure);
  }
  throw *failure;
}

/// First where the last one was made. Each host that is left has its share of the time, so that one
/// which never answers does not take it all. When none serves, one that only lacks its setting up
/// says more than one that is away.
Task<std::unique_ptr<Connection>> Pool::Impl::open_somewhere(Self self, Monotonic deadline) {
  const std::size_t count = self->hosts_.size();
  const std::size_t first = self->host_;
  std::optional<Unavailable> misconfigured;
  for (std::size_t left = count; left > 1; --left) {
    const Monotonic now = self->loop_.now();
    const Monotonic share = now + (deadline - now) / static_cast<int>(left);
    auto opened = co_await open_by(self, (first + count - left) % count, share);
    if (opened) co_return *std::move(opened);
    if (opened.error().kind() == FailureKind::misconfigured) misconfigured = opened.error();
  }
  auto opened = co_await open_by(self, (first + count - 1) % count, deadline);
  if (opened) co_return *std::move(opened);
  throw misconfigured.value_or(opened.error());
}

/// Or why that host does not serve.
Task<std::expected<std::unique_ptr<Connection>, Unavailable>> Pool::Impl::open_by(
    Self self, std::size_t host, Monotonic deadline) {
  try {
    co_return co_await with_deadline(self->loop_, deadline, open_checked(self, host));
  } catch (const DeadlinePassed&) {
    co_return std::unexpected(Unavailable(Unavailable::Dependency::postgres,
                                          "postgres: no connection in time", FailureKind::timeout));
  } catch (const Unavailable& away) {
    co_return std::unexpected(away);
  } catch (const StatementError& refused) {
    co_return std::unexpected(
        Unavailable(Unavailable::Dependency::postgres, refused.what(), FailureKind::refused));
  }
}

/// A connection to a database that is what we need.
Task<std::unique_ptr<Connection>> Pool::Impl::open_checked(Self self, std::size_t host) {
  auto connection = co_await Connection::open(self->loop_, self->hosts_.at(host));
  if (self->settings_.requirement == nullptr) {
    self->host_ = host;
    co_return connection;
  }
  std::string refused;
  try {
    const Params none;
    const Result row = co_await connection->execute(*self->settings_.requirement, none);
    if (row.boolean(0, 0)) {
      self->host_ = host;
      co_return connection;
    }
    refused = "postgres: " + std::string{row.text(0, 1)};
  } catch (const StatementError& error) {
    if (!error.is_misconfiguration()) throw;
    refused = std::string{error.what()} + "; " + std::string{cure_of(error.sqlstate())};
  }
  throw Unavailable(Unavailable::Dependency::postgres, refused, FailureKind::misconfigured);
}

std::unique_ptr<Connection> Pool::Impl::take_idle() noexcept {
  while (!idle_.empty()) {
    std::unique_ptr<Connection> connection = idle_.back()->release();
    idle_.pop_back();
    if (connection->still_alive()) {
      connection->start_lease();
      return connection;
    }
  }
  return nullptr;
}

void Pool::Impl::keep_or_close(std::unique_ptr<Connection> connection) noexcept {
  if (connection->reusable()) last_answer_ = loop_.now();
  if (closed_ || loop_.leaving() || !connection->reusable()) return;
  try {
    idle_.push_back(std::make_unique<IdleConnection>(*this, std::move(connection)));
  } catch (...) {
    return;  // it cannot be watched, so it is closed
  }
}

void Pool::Impl::drop(const IdleConnection* idle) noexcept {
  std::erase_if(idle_, [idle](const auto& one) { return one.get() == idle; });
}

Pool::Impl::SlotWaiter::SlotWaiter(Impl& pool)
    : pool_(pool),
      wakeup_(pool.loop_),
      position_(pool.waiters_.insert(pool.waiters_.end(), this)) {}

Pool::Impl::SlotWaiter::~SlotWaiter() {
  if (queued_) pool_.waiters_.erase(position_);
  if (granted_) pool_.release_slot();
}

Task<void> Pool::Impl::SlotWaiter::wait() { co_await wakeup_; }

void Pool::Impl::SlotWaiter::end(bool granted) noexcept {
  queued_ = false;
  granted_ = granted;
  wakeup_.wake();
}

Pool::Impl::IdleConnection::IdleConnection(Impl& pool, std::unique_ptr<Connection> connection)
    : IoWait(pool.loop_), pool_(pool), connection_(std::move(connection)) {
  arm(connection_->socket(), Interest::read);
}

std::unique_ptr<Connection> Pool::Impl::IdleConnection::release() noexcept {
  disarm();
  return std::move(connection_);
}

void Pool::Impl::IdleConnection::ready(Readiness readiness) noexcept {
  if (!readiness.closing && connection_->still_alive()) {
    try {
      arm(connection_->socket(), Interest::read);
      return;
    } catch (...) {
      // It cannot be watched any more.
      readiness.closing = true;
    }
  }
  pool_.drop(this);
}

Pool::Impl::Lease::Lease(Pool::Impl::Slot slot, std::unique_ptr<Connection> connection,
                         bool reused) noexcept
    : slot_(std::move(slot)), connection_(std::move(connection)), reused_(reused) {}

Pool::Impl::Lease::~Lease() { pool().keep_or_close(std::move(connection_)); }

bool Pool::Impl::Lease::was_dead() const noexcept {
  return reused_ && connection_->lost() && !connection_->worked();
}

}  // namespace vneid::postgres
