#include "flows/base/health.hpp"

#include <new>
#include <string>
#include <utility>

namespace vneid::flows {

namespace {

using metrics::Dependency;
using metrics::DependencyStatus;
using metrics::Failure;

constexpr Milliseconds quiet_interval{1'000};
/// How often an operator is told of a store that was not set up for us, by each worker.
constexpr Milliseconds warning_interval{10'000};

constexpr Failure failure_of(FailureKind kind) noexcept {
  switch (kind) {
    case FailureKind::refused:
      return Failure::refused;
    case FailureKind::timeout:
      return Failure::timeout;
    case FailureKind::tls:
      return Failure::tls;
    case FailureKind::protocol:
      return Failure::protocol;
    case FailureKind::overload:
      return Failure::overload;
    case FailureKind::misconfigured:
      return Failure::misconfigured;
    case FailureKind::other:
      break;
  }
  return Failure::other;
}

}  // namespace

Health::Health(const EventLoop& loop, metrics::Metrics metrics, Log& log)
    : loop_(loop), metrics_(std::move(metrics)), log_(log) {
  for (std::size_t i = 0; i < observers_.size(); ++i) {
    observers_[i].belong_to(*this, static_cast<Dependency>(i));
  }
}

CallObserver* Health::observer(Dependency dependency) noexcept {
  return &observers_[static_cast<std::size_t>(dependency)];
}

void Health::succeeded(Dependency dependency, std::chrono::microseconds duration) noexcept {
  metrics_.observe(dependency, duration, true);
  DependencyStatus& status = statuses_[static_cast<std::size_t>(dependency)];
  const Wall now = loop_.wall_now();
  const bool back = status.failures_in_row > 0 || status.last_success_at == Wall{};
  status.failures_in_row = 0;
  status.last_success_at = now;
  if (back || now - told_ >= quiet_interval || now < told_) tell();
}

void Health::failed(Dependency dependency, std::chrono::microseconds duration,
                    FailureKind kind) noexcept {
  metrics_.observe(dependency, duration, false);
  DependencyStatus& status = statuses_[static_cast<std::size_t>(dependency)];
  ++status.failures_in_row;
  status.last_failure = failure_of(kind);
  status.last_failure_at = loop_.wall_now();
  tell();
}

void Health::misconfigured(Dependency dependency, std::string_view cause) noexcept {
  const bool redis = dependency == Dependency::redis;
  metrics_.add(redis ? metrics::Misconfigured::redis : metrics::Misconfigured::postgres);
  DependencyStatus& status = statuses_[static_cast<std::size_t>(dependency)];
  const Wall now = loop_.wall_now();
  status.last_failure = Failure::misconfigured;
  status.last_failure_at = now;
  ++status.failures_in_row;
  Wall& warned = warned_[static_cast<std::size_t>(dependency)];
  if (now - warned >= warning_interval || now < warned) {
    warned = now;
    try {
      std::string text = redis ? "Redis" : "PostgreSQL";
      text.append(" is misconfigured: ").append(cause);
      log_.write(Log::Severity::emergency, {}, text);
    } catch (const std::bad_alloc&) {
      warned = Wall{};  // the next call says it
    }
  }
  tell();
}

void Health::tell() noexcept {
  told_ = loop_.wall_now();
  if (news_) news_();
}

void Health::Observer::belong_to(Health& health, Dependency dependency) noexcept {
  health_ = &health;
  dependency_ = dependency;
}

void Health::Observer::answered(std::chrono::microseconds duration) noexcept {
  health_->succeeded(dependency_, duration);
}

void Health::Observer::failed(std::chrono::microseconds duration, FailureKind kind) noexcept {
  health_->failed(dependency_, duration, kind);
}

void Health::Observer::misconfigured(std::string_view cause) noexcept {
  health_->misconfigured(dependency_, cause);
}

}  // namespace vneid::flows
