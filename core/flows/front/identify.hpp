#pragma once

#include <string>

#include "async/task.hpp"
#include "flows/base/session_facts.hpp"
#include "flows/base/worker.hpp"

namespace vneid {

/// Reads this portal's session of the request; `full` adds name and number. Never throws: a store
/// that cannot be asked is a state of its own (D7), and is logged.
Task<SessionFacts> identify(Exchange exchange, bool full);

}  // namespace vneid
