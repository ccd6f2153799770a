#pragma once

#include "async/task.hpp"
#include "flows/base/base.hpp"
#include "flows/vneid/conclusion.hpp"
#include "flows/vneid/redeem.hpp"

namespace vneid::flows {

/// The one way of a spent code: redeems it, does what it was for, and keeps the outcome for
/// repeated callbacks. Runs in the worker's scope under a deadline of its own, so that a client
/// that leaves interrupts nothing (D2); never throws.
Task<Conclusion> finish_once(Exchange exchange, Spending spending);

/// Ends an authorization whose code was not spent, so that a reload shows the same page. Throws
/// Unavailable.
Task<void> finish_early(const Exchange& exchange, const State& state, const BrowserId& browser,
                        Outcome& outcome);

}  // namespace vneid::flows
