#pragma once

#include "async/task.hpp"
#include "flows/base/base.hpp"
#include "flows/vneid/authorization.hpp"

namespace vneid::flows {

/// Sends the browser to the site's provider with an authorization request (R15, R25), which is
/// remembered for its callback; when the provider is not there, the page that says so and offers
/// what the purpose leaves open. Throws Unavailable of stores.
Task<Reply> start_authorization(const Exchange& exchange, Purpose purpose);

}  // namespace vneid::flows
