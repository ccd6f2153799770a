#pragma once

#include <array>
#include <chrono>
#include <functional>
#include <string_view>

#include "async/event_loop.hpp"
#include "flows/base/log.hpp"
#include "metrics/metrics.hpp"
#include "metrics/worker_status.hpp"
#include "net/call_observer.hpp"

namespace vneid::flows {

/// What a worker learns of the servers it asks by asking them: for the latency histograms, and for
/// the status page. Loop thread only.
class Health {
 public:
  using News = std::function<void()>;
  using Statuses = std::array<metrics::DependencyStatus, metrics::label_count<metrics::Dependency>>;

  /// Loop and log must outlive it.
  Health(const EventLoop& loop, metrics::Metrics metrics, Log& log);
  Health(const Health&) = delete;
  Health& operator=(const Health&) = delete;

  /// For the settings of the client that talks to this dependency.
  [[nodiscard]] CallObserver* observer(metrics::Dependency dependency) noexcept;

  [[nodiscard]] const Statuses& statuses() const noexcept { return statuses_; }

  /// Calls `news`, which must not throw, when a dependency failed or came back, and otherwise at
  /// most once a second.
  void on_news(News news) { news_ = std::move(news); }

 private:
  class Observer final : public CallObserver {
   public:
    void belong_to(Health& health, metrics::Dependency dependency) noexcept;
    void answered(std::chrono::microseconds duration) noexcept override;
    void failed(std::chrono::microseconds duration, FailureKind kind) noexcept override;
    void misconfigured(std::string_view cause) noexcept override;

   private:
    Health* health_ = nullptr;
    metrics::Dependency dependency_{};
  };

  void succeeded(metrics::Dependency dependency, std::chrono::microseconds duration) noexcept;
  void failed(metrics::Dependency dependency, std::chrono::microseconds duration,
              FailureKind kind) noexcept;
  void misconfigured(metrics::Dependency dependency, std::string_view cause) noexcept;
  void tell() noexcept;

  const EventLoop& loop_;
  metrics::Metrics metrics_;
  Log& log_;
  std::array<Observer, metrics::label_count<metrics::Dependency>> observers_;
  Statuses statuses_{};
  News news_;
  Wall told_{};
  /// When an operator was last told that one is misconfigured, by dependency.
  std::array<Wall, metrics::label_count<metrics::Dependency>> warned_{};
};

}  // namespace vneid::flows
