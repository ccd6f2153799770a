#include "flows/health.hpp"

#include <utility>

namespace vneid {

namespace {

using metrics::Dependency;
using metrics::DependencyStatus;
using metrics::Failure;

constexpr Milliseconds quiet_interval{1'000};

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
    case FailureKind::credentials:
      return Failure::credentials;
    case FailureKind::overload:
      return Failure::overload;
    case FailureKind::other:
      break;
  }
  return Failure::other;
}

}  // namespace

Health::Health(const EventLoop& loop, metrics::Metrics metrics)
    : loop_(loop), metrics_(std::move(metrics)) {
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

}  // namespace vneid
