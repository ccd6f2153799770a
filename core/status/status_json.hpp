#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "async/event_loop.hpp"
#include "metrics/worker_status.hpp"

namespace vneid::status {

/// What policy does with a kind of account at this instant, and when that changes by itself. The
/// texts are names of the configuration.
struct PolicyLine {
  std::string portal;
  std::string kind;
  std::string mode;
  std::string next_mode;  ///< with `next_change`
  std::optional<Wall> next_change;

  friend bool operator==(const PolicyLine&, const PolicyLine&) = default;
};

/// What `vneid_status` tells.
struct Report {
  Wall now{};
  Wall counting_since{};
  std::int64_t answered_by = 0;  ///< process id
  std::uint64_t generation = 0;  ///< configuration of the worker that answers
  std::vector<PolicyLine> policies;
  std::vector<metrics::WorkerStatus> workers;
};

/// The report as JSON (UTF-8, one object, a line end behind it). `dependencies` sums the workers
/// up: `failing` when the last thing that any worker of the newest configuration knows of it is a
/// failure, `ok` when one has had an answer, else `unknown`. Instants are RFC 3339 in UTC, and null
/// for never; ages are whole seconds. Throws std::bad_alloc.
std::string to_json(const Report& report);

}  // namespace vneid::status
