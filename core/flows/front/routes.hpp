#pragma once

#include "async/task.hpp"
#include "flows/base/exchange.hpp"

namespace vneid::flows {

/// The paths under `vneid_path` (design §4.3). Throws what the flows throw.
Task<Reply> route(const Exchange& exchange);

}  // namespace vneid::flows
