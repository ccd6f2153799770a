#pragma once

#include <coroutine>
#include <list>
#include <memory>

#include "async/detached.hpp"
#include "async/event_loop.hpp"
#include "async/outcome.hpp"
#include "async/task.hpp"

namespace vneid {

class Scope;

namespace detail {

/// One task of a scope. Its owner is the scope; joiners share its state.
class ScopedWork {
 public:
  ScopedWork() = default;
  ScopedWork(const ScopedWork&) = delete;
  ScopedWork& operator=(const ScopedWork&) = delete;
  virtual ~ScopedWork() = default;
  virtual void abandon() noexcept = 0;
};

/// One coroutine that waits for a joined task.
class JoinWaiter final : private Posted {
 public:
  explicit JoinWaiter(EventLoop& loop) noexcept : Posted(loop) {}
  void suspend(std::coroutine_handle<> waiting) noexcept { waiting_ = waiting; }
  void settled() noexcept { post(); }

 private:
  void run() noexcept override { waiting_.resume(); }
  std::coroutine_handle<> waiting_ = nullptr;
};

template <class T>
class JoinedState final : public ScopedWork {
 public:
  Outcome<T> outcome_;
  std::list<JoinWaiter*> waiters_;
  RootFrame runner_;

  void abandon() noexcept override {
    runner_.destroy();
    if (outcome_.settled()) return;
    outcome_.fail(std::make_exception_ptr(std::runtime_error("the worker is going away")));
    notify();
  }
  void notify() noexcept {
    for (JoinWaiter* waiter : waiters_) waiter->settled();
    waiters_.clear();
  }
};

}  // namespace detail

/// The result of a task that runs in a scope. May be awaited any number of times, by any number of
/// coroutines; each may be destroyed while it waits, and the task goes on.
template <class T>
class Joined {
 public:
  using Value = typename Outcome<T>::Stored;

  Joined(EventLoop& loop, std::shared_ptr<detail::JoinedState<T>> state) noexcept
      : loop_(&loop), state_(std::move(state)) {}

  [[nodiscard]] bool settled() const noexcept { return state_->outcome_.settled(); }

  auto operator co_await() const noexcept {
    struct Awaiter {
      std::shared_ptr<detail::JoinedState<T>> state;
      detail::JoinWaiter waiter;

      Awaiter(EventLoop& loop, std::shared_ptr<detail::JoinedState<T>> joined) noexcept
          : state(std::move(joined)), waiter(loop) {}
      Awaiter(const Awaiter&) = delete;
      Awaiter& operator=(const Awaiter&) = delete;
      ~Awaiter() { state->waiters_.remove(&waiter); }

      [[nodiscard]] bool await_ready() const noexcept { return state->outcome_.settled(); }
      void await_suspend(std::coroutine_handle<> waiting) {
        waiter.suspend(waiting);
        state->waiters_.push_back(&waiter);
      }
      /// A copy: the waiters share the outcome.
      Value await_resume() const { return state->outcome_.get(); }
    };
    return Awaiter{*loop_, state_};
  }

 private:
  EventLoop* loop_;
  std::shared_ptr<detail::JoinedState<T>> state_;
};

/// Owns tasks that outlive the request that began them (design D2). Destroying the scope destroys
/// what still runs; those who joined are told by an exception. Loop thread only.
class Scope {
 public:
  explicit Scope(EventLoop& loop) noexcept : loop_(loop) {}
  Scope(const Scope&) = delete;
  Scope& operator=(const Scope&) = delete;
  ~Scope() { cancel_all(); }

  /// Starts the task at once; it runs to its end whether or not anybody awaits the result.
  template <class T>
  Joined<T> start(Task<T> task) {
    auto state = std::make_shared<detail::JoinedState<T>>();
    auto position = running_.insert(running_.end(), state);
    state->runner_ = run(*this, position, *state, std::move(task));
    Joined<T> joined{loop_, state};
    state->runner_.start();
    return joined;
  }

  [[nodiscard]] std::size_t running() const noexcept { return running_.size(); }

  /// Destroys everything that runs. Not from within one of its tasks.
  void cancel_all() noexcept {
    reaper_.withdraw();
    finished_.clear();
    auto doomed = std::move(running_);
    running_.clear();
    for (auto& work : doomed) work->abandon();
  }

 private:
  using Works = std::list<std::shared_ptr<detail::ScopedWork>>;

  /// Frees finished frames from the loop's top level: a frame cannot free itself while it runs.
  class Reaper final : public Posted {
   public:
    explicit Reaper(Scope& scope) noexcept : Posted(scope.loop_), scope_(scope) {}

   private:
    void run() noexcept override { scope_.finished_.clear(); }
    Scope& scope_;
  };

  template <class T>
  static RootFrame run(Scope& scope, Works::iterator position, detail::JoinedState<T>& state,
                       Task<T> task) {
    Outcome<T> outcome = co_await settle(std::move(task));
    state.outcome_ = std::move(outcome);
    state.notify();
    scope.finished_.splice(scope.finished_.end(), scope.running_, position);
    scope.reaper_.post();
  }

  EventLoop& loop_;
  Works running_;
  Works finished_;
  Reaper reaper_{*this};
};

}  // namespace vneid
