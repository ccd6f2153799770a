#include "net/postgres/retry.hpp"

#include <algorithm>
#include <random>

namespace vneid::postgres::detail {

Milliseconds retry_pause(int attempt) {
  constexpr int shortest_ms = 1;
  constexpr int longest_ms = 200;
  static thread_local std::minstd_rand generator{std::random_device{}()};
  const int ceiling = std::min(longest_ms, 10 << std::min(attempt, 5));
  return Milliseconds{std::uniform_int_distribution<int>{shortest_ms, ceiling}(generator)};
}

bool worth_retrying(const std::exception_ptr& failure) noexcept {
  try {
    std::rethrow_exception(failure);
  } catch (const StatementError& error) {
    return error.is_retryable() || error.is_stale_plan();
  } catch (...) {
    return false;
  }
}

Task<void> give_up(Transaction& transaction) {
  try {
    co_await transaction.rollback();
  } catch (...) {
    // The connection failed, so rollback has let go of it and the server rolls back by itself;
    // what made the work fail is the thing to tell.
    co_return;
  }
}

}  // namespace vneid::postgres::detail
