#pragma once

#include "async/task.hpp"
#include "flows/base/base.hpp"
#include "link/accounts.hpp"

namespace vneid::flows {

/// Whether policy::spares_notice() this login, by the record of choices. A name that was only typed
/// is spared nothing, and when the record cannot be read the notice is shown: the stricter of both.
Task<bool> is_spared(const Exchange& exchange, LoginProof proof, AccountId account_id,
                     policy::Kind kind);

}  // namespace vneid::flows
