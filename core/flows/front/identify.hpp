#pragma once

#include <optional>
#include <string>

#include "async/task.hpp"
#include "flows/base/exchange.hpp"
#include "flows/base/session_facts.hpp"

namespace vneid::flows {

/// Reads this portal's session of the request; `full` adds name and number. Never throws: a store
/// that cannot be asked is a state of its own (D7), and is logged.
Task<SessionFacts> identify(Exchange exchange, bool full);

/// The same by what is known here already; nothing: `identify` has to ask.
std::optional<SessionFacts> identify_at_once(const Glance& glance, bool full);

/// An assertion about a VNeID session, signed once in a while for each: a portal that is shown it
/// has at least 45 seconds of its 60. Empty for any other session, and without
/// `vneid_assertion_key`. Throws as AssertionKeys::sign.
std::string assertion_of(Worker& worker, const SessionFacts& facts, const Site& site);

}  // namespace vneid::flows
