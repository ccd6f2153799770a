#pragma once

#include <memory>
#include <string>

#include "async/task.hpp"
#include "flows/base/exchange.hpp"
#include "flows/base/session_facts.hpp"

namespace vneid::flows {

/// Reads this portal's session of the request; `full` adds name and number. Never throws: a store
/// that cannot be asked is a state of its own (D7), and is logged.
Task<SharedFacts> identify(Exchange exchange, bool full);

/// The same by what is known here already; null: `identify` has to ask.
SharedFacts identify_at_once(const Glance& glance, bool full);

/// An assertion about a VNeID session, signed once in a while for each: a portal that is shown it
/// has at least 45 seconds of its 60. Null for any other session, and without
/// `vneid_assertion_key`. Throws as AssertionKeys::sign.
SharedAssertion assertion_of(Worker& worker, const SharedFacts& facts, const Site& site);

}  // namespace vneid::flows
