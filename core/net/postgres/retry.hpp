#pragma once

#include <concepts>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "async/task.hpp"
#include "async/wait.hpp"
#include "net/postgres/database.hpp"

namespace vneid::postgres {

namespace detail {

/// Pause before try number `attempt + 1`: random, so that two rivals do not meet again.
Milliseconds retry_pause(int attempt);

/// Whether what was thrown calls for the transaction to be tried again.
bool worth_retrying(const std::exception_ptr& failure) noexcept;

/// Names the statements that it begins with, and is handed their results.
template <class Work>
concept OpensWithStatements = requires(const Work& work) {
  { work.opening() } -> std::same_as<std::vector<Call>>;
};

template <class Work>
auto start(Work& work, Opened& opened) {
  if constexpr (OpensWithStatements<Work>) {
    return work(opened.transaction, std::move(opened.results));
  } else {
    return work(opened.transaction);
  }
}

template <class Work>
std::vector<Call> opening_of(const Work& work) {
  if constexpr (OpensWithStatements<Work>) {
    return work.opening();
  } else {
    return {};
  }
}

template <class Work>
using WorkResult =
    typename decltype(start(std::declval<Work&>(), std::declval<Opened&>()))::value_type;

/// Rolls back when the connection still can, and otherwise lets go of it. Never throws.
Task<void> give_up(Transaction& transaction);

}  // namespace detail

/// Runs `work(transaction)` and commits unless the work has done so, again from the start (with a
/// short random pause) when the server reports a serialization failure, a deadlock or a stale plan,
/// at most `attempts` times. `Work` is a named functor whose call operator is a coroutine; it must
/// not remember anything of a failed try. Work with `std::vector<Call> opening() const` has these
/// statements sent with BEGIN, in one round trip, and is called with their results:
/// `work(transaction, results)`. What it throws at last is thrown on, after a rollback when the
/// connection allows it.
///
/// A lost connection is not retried: after COMMIT was sent, the outcome is unknown.
template <class Work>
Task<detail::WorkResult<Work>> with_retries(Database& database, Isolation isolation, Work& work,
                                            int attempts = 5) {
  for (int attempt = 1;; ++attempt) {
    std::exception_ptr failure;
    std::optional<Opened> opened;
    try {
      opened = co_await database.begin_with(isolation, detail::opening_of(work));
      if constexpr (std::is_void_v<detail::WorkResult<Work>>) {
        co_await detail::start(work, *opened);
        if (!opened->transaction.over()) co_await opened->transaction.commit();
        co_return;
      } else {
        detail::WorkResult<Work> value = co_await detail::start(work, *opened);
        if (!opened->transaction.over()) co_await opened->transaction.commit();
        co_return value;
      }
    } catch (...) {
      failure = std::current_exception();
    }
    if (opened) co_await detail::give_up(opened->transaction);
    if (attempt >= attempts || !detail::worth_retrying(failure)) std::rethrow_exception(failure);
    co_await sleep_for(database.loop(), detail::retry_pause(attempt));
  }
}

}  // namespace vneid::postgres
