#include "flows/reply/failure.hpp"

#include "async/deadline.hpp"
#include "async/event_loop.hpp"
#include "net/postgres/client.hpp"
#include "net/unavailable.hpp"

namespace vneid::flows {

namespace {

using pages::ErrorKind;

ErrorKind kind_of(const Unavailable& failure) noexcept {
  switch (failure.dependency()) {
    case Unavailable::Dependency::provider:
      return ErrorKind::provider_away;
    case Unavailable::Dependency::population:
      return ErrorKind::population_away;
    case Unavailable::Dependency::postgres:
      // It works, and others were before us: that is no outage.
      if (failure.kind() == FailureKind::overload) return ErrorKind::overloaded;
      break;
    case Unavailable::Dependency::redis:
      break;
  }
  return ErrorKind::stores_away;
}

}  // namespace

ErrorKind error_kind_of(const std::exception_ptr& failure) noexcept {
  try {
    std::rethrow_exception(failure);
  } catch (const Unavailable& away) {
    return kind_of(away);
  } catch (const DeadlinePassed&) {
    return ErrorKind::provider_away;
  } catch (const LoopExhausted&) {
    return ErrorKind::overloaded;
  } catch (const postgres::StatementError& refused) {
    return refused.is_misconfiguration() ? ErrorKind::stores_away : ErrorKind::internal;
  } catch (...) {
    return ErrorKind::internal;
  }
}

bool is_misconfiguration(const std::exception_ptr& failure) noexcept {
  try {
    std::rethrow_exception(failure);
  } catch (const Unavailable& away) {
    return away.kind() == FailureKind::misconfigured;
  } catch (const postgres::StatementError& refused) {
    return refused.is_misconfiguration();
  } catch (...) {
    return false;
  }
}

std::string cause_of(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const std::exception& thrown) {
    return thrown.what();
  }
}

}  // namespace vneid::flows
