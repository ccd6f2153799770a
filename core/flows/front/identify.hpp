#pragma once

#include <string>

#include "async/task.hpp"
#include "flows/base/exchange.hpp"
#include "flows/base/session_facts.hpp"

namespace vneid::flows {

/// Reads this portal's session of the request; `full` adds name and number. Never throws: a store
/// that cannot be asked is a state of its own (D7), and is logged.
Task<SessionFacts> identify(Exchange exchange, bool full);

}  // namespace vneid::flows
