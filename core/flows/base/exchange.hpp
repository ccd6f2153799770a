#pragma once

#include <cstdint>
#include <memory>

#include "flows/base/message.hpp"
#include "flows/base/settings.hpp"
#include "flows/base/worker.hpp"

namespace vneid::flows {

/// One request on its way through a flow. Roots and what runs in the worker's scope own one; every
/// coroutine that they await takes it by reference.
struct Exchange {
  Worker* worker;
  std::shared_ptr<const Site> site;
  std::shared_ptr<const Request> request;

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

}  // namespace vneid::flows
