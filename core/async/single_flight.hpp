#pragma once

#include <optional>
#include <utility>

#include "async/scope.hpp"

namespace vneid {

/// One running operation for everybody who wants its result: who comes while it runs joins it.
/// The operation lives in a scope, so the caller that began it may leave. Loop thread only.
template <class T>
class SingleFlight {
 public:
  explicit SingleFlight(Scope& scope) noexcept : scope_(scope) {}

  /// `make_task` is called only when nothing runs. The result is a copy of what the operation
  /// ended with; its exception is thrown to all.
  template <class MakeTask>
  Joined<T> join(MakeTask&& make_task) {
    if (!running_ || running_->settled()) {
      running_.emplace(scope_.start(std::forward<MakeTask>(make_task)()));
    }
    return *running_;
  }

 private:
  Scope& scope_;
  std::optional<Joined<T>> running_;
};

}  // namespace vneid
