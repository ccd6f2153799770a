#pragma once

#include "async/task.hpp"
#include "flows/base/message.hpp"
#include "flows/base/worker.hpp"

namespace vneid {

/// The paths under `vneid_path` (design §4.3). Throws what the flows throw.
Task<Reply> route(Exchange exchange);

}  // namespace vneid
