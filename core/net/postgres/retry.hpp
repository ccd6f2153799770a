#pragma once

#include <exception>
#include <type_traits>

#include "async/task.hpp"
#include "async/wait.hpp"
#include "net/postgres/database.hpp"

namespace vneid::postgres {

namespace detail {

/// Pause before try number `attempt + 1`: random, so that two rivals do not meet again.
Milliseconds retry_pause(int attempt);

/// Whether what was thrown calls for the transaction to be tried again.
bool worth_retrying(const std::exception_ptr& failure) noexcept;

template <class Work>
using WorkResult = typename std::invoke_result_t<Work&, Transaction&>::value_type;

/// Rolls back when the connection still can, and otherwise lets go of it. Never throws.
Task<void> give_up(Transaction& transaction);

}  // namespace detail

/// Runs `work(transaction)` and commits, again from the start (with a short random pause) when the
/// server reports a serialization failure, a deadlock or a stale plan, at most `attempts` times.
/// `Work` is a named functor whose call operator is a coroutine; it must not remember anything of a
/// failed try. What it throws at last is thrown on, after a rollback when the connection allows it.
///
/// A lost connection is not retried: after COMMIT was sent, the outcome is unknown.
template <class Work>
Task<detail::WorkResult<Work>> with_retries(Database& database, Isolation isolation, Work& work,
                                            int attempts = 5) {
  for (int attempt = 1;; ++attempt) {
    Transaction transaction = co_await database.begin(isolation);
    std::exception_ptr failure;
    try {
      if constexpr (std::is_void_v<detail::WorkResult<Work>>) {
        co_await work(transaction);
        co_await transaction.commit();
        co_return;
      } else {
        detail::WorkResult<Work> value = co_await work(transaction);
        co_await transaction.commit();
        co_return value;
      }
    } catch (...) {
      failure = std::current_exception();
    }
    co_await detail::give_up(transaction);
    if (attempt >= attempts || !detail::worth_retrying(failure)) std::rethrow_exception(failure);
    co_await sleep_for(database.loop(), detail::retry_pause(attempt));
  }
}

}  // namespace vneid::postgres
