#pragma once

#include "metrics/status_board.hpp"
#include "module/conf/conf.hpp"

namespace vneid::ngx {

/// The smallest `vneid_zone`, in bytes: 16 workers and more find a place in it.
inline constexpr ssize_t least_zone = ssize_t{64} * 1024;

/// This worker's entry on the board that all workers of the zone share.
class Presence {
 public:
  Presence(metrics::WorkerSlot slot, const MainConf& conf);

  /// What is shown; whoever knows something new changes it and publishes.
  metrics::WorkerStatus status;
  void publish() noexcept;

  /// Of this process; null in the master, and when all places are taken.
  static Presence* current() noexcept;
  static void begin(ngx_log_t* log, const MainConf& conf);
  /// Publishes from now on what the worker's flows learn of the servers they ask.
  static void follow_process();
  static void end() noexcept;

 private:
  metrics::WorkerSlot slot_;
};

/// Calendar time where there is no event loop yet.
Wall wall_clock() noexcept;

/// That pages which need the zone have one that was asked for, and sessions one anyhow. Throws
/// ConfigurationError.
void complete_zone(ngx_conf_t* cf, MainConf& conf);

}  // namespace vneid::ngx
