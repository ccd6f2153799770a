#pragma once

#include <string_view>

#include "async/task.hpp"
#include "flows/base/base.hpp"
#include "flows/vneid/conclusion.hpp"

namespace vneid::flows {

/// The answer to the callback that has done its work.
Task<Reply> show_conclusion(const Exchange& exchange, Conclusion conclusion);

/// The same callback again: ends where the first one did.
Task<Reply> show_again(const Exchange& exchange, Outcome outcome);

/// What it counts as when nobody is there to be shown it.
metrics::Callback counted_as(const Outcome& outcome);

/// The page of a failure. While a legacy login is still held it offers what the notice offers; a
/// sign-in may be begun again.
Task<Reply> failure_page(const Exchange& exchange, const Purpose& purpose, const Failed& failure,
                         std::string_view cause);

}  // namespace vneid::flows
