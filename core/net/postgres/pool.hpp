#pragma once

#include <expected>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "async/deadline.hpp"
#include "async/event_loop.hpp"
#include "async/wake.hpp"
#include "certain.hpp"
#include "net/postgres/client.hpp"
#include "net/postgres/connection.hpp"
#include "net/postgres/error.hpp"
#include "net/unavailable.hpp"

namespace vneid::postgres {

[[noreturn]] inline void throw_unavailable(const std::string& cause,
                                           FailureKind kind = FailureKind::other) {
  throw Unavailable(Unavailable::Dependency::postgres, "postgres: " + cause, kind);
}

/// Awaits the task until the deadline, and says what was not done in time.
template <class T>
Task<T> bounded(EventLoop& loop, Monotonic deadline, const char* what, Task<T> task) {
  try {
    if constexpr (std::is_void_v<T>) {
      co_await with_deadline(loop, deadline, std::move(task));
      co_return;
    } else {
      co_return co_await with_deadline(loop, deadline, std::move(task));
    }
  } catch (const DeadlinePassed&) {
    throw_unavailable(std::string(what) + " in time", FailureKind::timeout);
  }
}

/// How long not to connect after failures to do so.
class BackOff {
 public:
  [[nodiscard]] bool failing() const noexcept { return failures_ > 0; }
  [[nodiscard]] bool holds(Monotonic now) const noexcept { return failing() && now < until_; }
  /// Throws the last failure again.
  [[noreturn]] void rethrow() const { throw Unavailable{certain(last_)}; }
  void succeeded() noexcept { failures_ = 0; }
  void failed(Monotonic now, Unavailable cause);

 private:
  int failures_ = 0;
  Monotonic until_;
  std::optional<Unavailable> last_;
};

/// The call, with a refusal that means misconfiguration told to the observer (null: nobody).
template <class T>
Task<T> reported(CallObserver* observer, Task<T> call) {
  try {
    co_return co_await std::move(call);
  } catch (const StatementError& refused) {
    if (observer != nullptr && refused.is_misconfiguration()) {
      std::string cause = refused.what();
      cause += "; ";
      cause += cure_of(refused.sqlstate());
      observer->misconfigured(cause);
    }
    throw;
  }
}

class Pool::Impl : public std::enable_shared_from_this<Pool::Impl> {
 public:
  class Lease;
  using LeasePtr = std::unique_ptr<Lease>;
  using Self = std::shared_ptr<Impl>;

  Impl(EventLoop& loop, Settings settings);

  static Task<Result> query(Self self, Statement statement, Params params);
  static Task<Opened> begin(Self self, Isolation isolation, std::vector<Call> first);
  static Task<void> execute_script(Self self, std::string sql);
  void close() noexcept;

  [[nodiscard]] EventLoop& loop() const noexcept { return loop_; }
  [[nodiscard]] Monotonic deadline() const noexcept { return loop_.now() + settings_.timeout; }
  [[nodiscard]] Counts counts() const noexcept;

  /// The call, told to the settings' observer.
  template <class T>
  [[nodiscard]] Task<T> watched(Task<T> call) const {
    return observed(settings_.observer, loop_, reported(settings_.observer, std::move(call)));
  }

 private:
  class Slot;
  class SlotWaiter;
  class IdleConnection;

  /// `fresh`: those that lie idle are not trusted, and closed.
  static Task<LeasePtr> acquire(Self self, Monotonic deadline, bool fresh);
  static Task<Slot> take_slot(Self self, Monotonic deadline);
  static Task<std::unique_ptr<Connection>> connect(Self self, Monotonic deadline);
  static Task<std::unique_ptr<Connection>> open_somewhere(Self self, Monotonic deadline);
  static Task<std::expected<std::unique_ptr<Connection>, Unavailable>> open_by(Self self,
                                                                               std::size_t host,
                                                                               Monotonic deadline);
  static Task<std::unique_ptr<Connection>> open_checked(Self self, std::size_t host);
  void refuse_while_failing() const;
  void release_slot() noexcept;

  std::unique_ptr<Connection> take_idle() noexcept;
  void keep_or_close(std::unique_ptr<Connection> connection) noexcept;
  void drop(const IdleConnection* idle) noexcept;

  EventLoop& loop_;
  Settings settings_;
  std::vector<ConnectOptions> hosts_;
  std::size_t host_ = 0;  // where the last connection was made
  std::vector<std::unique_ptr<IdleConnection>> idle_;
  std::list<SlotWaiter*> waiters_;  // first come, first served
  std::size_t in_use_ = 0;          // slots given out; with idle_ never more than the limit
  std::size_t connecting_ = 0;
  Monotonic last_answer_;  // of the server, to a call that ended well
  BackOff back_off_;
  bool closed_ = false;
};

/// The right to have one of the pool's connections.
class Pool::Impl::Slot {
 public:
  explicit Slot(Self pool) noexcept : pool_(std::move(pool)) {}
  Slot(Slot&&) noexcept = default;
  Slot& operator=(Slot&&) = delete;
  Slot(const Slot&) = delete;
  Slot& operator=(const Slot&) = delete;
  ~Slot() {
    if (pool_) pool_->release_slot();
  }
  [[nodiscard]] Impl& pool() const noexcept { return *pool_; }

 private:
  Self pool_;
};

/// A caller in the queue. Destroyed while it waits, it passes on what it may have been given.
class Pool::Impl::SlotWaiter {
 public:
  explicit SlotWaiter(Impl& pool);
  SlotWaiter(const SlotWaiter&) = delete;
  SlotWaiter& operator=(const SlotWaiter&) = delete;
  ~SlotWaiter();

  Task<void> wait();
  /// Called by the pool, which has taken it out of the queue.
  void end(bool granted) noexcept;
  /// Whether a slot was given; it is the caller's from now on.
  [[nodiscard]] bool take() noexcept { return std::exchange(granted_, false); }

 private:
  Impl& pool_;
  Wakeup wakeup_;
  std::list<SlotWaiter*>::iterator position_;
  bool queued_ = true;
  bool granted_ = false;
};

/// A connection that nobody uses, watched so that its end is noticed before somebody needs it.
class Pool::Impl::IdleConnection final : private IoWait {
 public:
  IdleConnection(Impl& pool, std::unique_ptr<Connection> connection);
  IdleConnection(const IdleConnection&) = delete;
  IdleConnection& operator=(const IdleConnection&) = delete;
  virtual ~IdleConnection() { disarm(); }  // before the connection closes its socket

  std::unique_ptr<Connection> release() noexcept;

 private:
  void ready(Readiness readiness) noexcept override;

  Impl& pool_;
  std::unique_ptr<Connection> connection_;
};

/// A connection in use, and the slot that it fills. Gives both back, the connection only when
/// nothing about it is in doubt.
class Pool::Impl::Lease final : public OpenTransaction {
 public:
  Lease(Slot slot, std::unique_ptr<Connection> connection, bool reused) noexcept;
  ~Lease() override;

  Task<Result> query(Statement statement, Params params) override;
  Task<Result> query_and_commit(Call last) override;
  Task<void> commit() override;
  Task<void> rollback() override;

  [[nodiscard]] Connection& connection() const noexcept { return *connection_; }
  /// It was closed while it lay idle, and nothing has been done with it: another may be tried.
  [[nodiscard]] bool was_dead() const noexcept;

 private:
  [[nodiscard]] Impl& pool() const noexcept { return slot_.pool(); }

  Slot slot_;  // given back last: after the connection is kept or closed
  std::unique_ptr<Connection> connection_;
  bool reused_;
};

}  // namespace vneid::postgres
