#pragma once

#include <optional>
#include <string>

#include "async/task.hpp"
#include "flows/base/exchange.hpp"
#include "flows/base/session_facts.hpp"
#include "flows/front/facts_cache.hpp"

namespace vneid::flows {

/// Reads this portal's session of the request; `full` adds name and number. Never throws: a store
/// that cannot be asked is a state of its own (D7), and is logged. The cache is the worker's.
Task<SessionFacts> identify(Exchange exchange, bool full, FactsCache& cache);

/// The same by what is known here already; nothing: `identify` has to ask.
std::optional<SessionFacts> identify_at_once(const Exchange& exchange, bool full,
                                             FactsCache& cache);

/// An assertion about a VNeID session, signed once in a while for each: a portal that is shown it
/// has at least 45 seconds of its 60. Empty for any other session, and without
/// `vneid_assertion_key`. Throws as AssertionKeys::sign.
std::string assertion_of(const Worker& worker, const SessionFacts& facts, const Site& site,
                         FactsCache& cache);

}  // namespace vneid::flows
