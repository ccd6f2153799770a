#pragma once

#include <memory>
#include <utility>

#include "async/detached.hpp"
#include "async/epoll_loop.hpp"
#include "async/outcome.hpp"
#include "async/task.hpp"

namespace vneid::test {

/// A task that has been started; destroying it destroys the task where it stands.
template <class T>
class Started {
 public:
  explicit Started(Task<T> task)
      : outcome_(std::make_unique<Outcome<T>>()), frame_(root(std::move(task), *outcome_)) {
    frame_.start();
  }
  [[nodiscard]] bool settled() const noexcept { return outcome_->settled(); }
  /// Runs the loop until it is settled; the result, or what it threw.
  T wait(EpollLoop& loop) {
    loop.run_until([this] { return settled(); });
    return take();
  }
  /// Of a settled one.
  T take() { return outcome_->take(); }

 private:
  static RootFrame root(Task<T> task, Outcome<T>& into) {
    Outcome<T> outcome = co_await settle(std::move(task));
    into = std::move(outcome);
  }

  std::unique_ptr<Outcome<T>> outcome_;
  RootFrame frame_;
};

}  // namespace vneid::test
