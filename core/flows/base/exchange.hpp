#pragma once

#include <cstdint>
#include <memory>

#include "flows/base/message.hpp"
#include "flows/base/settings.hpp"
#include "flows/base/worker.hpp"

namespace vneid::flows {

/// What it takes to judge a session, for as long as the text of the cookies lives: nothing is
/// owned.
struct Glance {
  Worker* worker;
  const Site* site;
  std::string_view cookies;  ///< all Cookie headers, joined with "; "

  /// Counts, for `vneid_metrics`.
  template <metrics::Counted Label>
  void count(Label label, std::uint64_t times = 1) const noexcept {
    worker->settings->metrics.add(label, times);
  }
  /// By the clock that policy goes by: in a rehearsal another than the machine's.
  [[nodiscard]] Wall now() const {
    const Wall machine = worker->loop.wall_now();
    const auto& clock = worker->settings->clock;
    return clock ? policy::rehearsed(*clock, machine) : machine;
  }
  [[nodiscard]] policy::Mode mode(policy::Kind kind) const {
    return policy::mode_at(site->policy.of(kind), now());
  }
  /// Every session is begun and read under the limits of the site it is used on.
  [[nodiscard]] Sessions& sessions() const { return worker->sessions_of(*site); }
};

/// One request on its way through a flow. Roots and what runs in the worker's scope own one; every
/// coroutine that they await takes it by reference.
struct Exchange {
  Worker* worker;
  std::shared_ptr<const Site> site;
  std::shared_ptr<const Request> request;

  // NOLINTNEXTLINE(google-explicit-constructor): whoever has a request may judge by it
  operator Glance() const noexcept { return {worker, site.get(), request->cookie}; }

  template <metrics::Counted Label>
  void count(Label label, std::uint64_t times = 1) const noexcept {
    static_cast<Glance>(*this).count(label, times);
  }
  [[nodiscard]] Wall now() const { return static_cast<Glance>(*this).now(); }
  [[nodiscard]] policy::Mode mode(policy::Kind kind) const {
    return static_cast<Glance>(*this).mode(kind);
  }
  [[nodiscard]] Sessions& sessions() const { return static_cast<Glance>(*this).sessions(); }
};

}  // namespace vneid::flows
