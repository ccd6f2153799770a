#pragma once

#include <optional>
#include <string>

#include "async/task.hpp"
#include "audit/audit.hpp"
#include "flows/base/exchange.hpp"

namespace vneid::flows {

/// Who asked, from where, for the audit trail: hashes of what could identify a browser.
audit::Origin audit_origin(const Exchange& exchange);

/// An event of this request at this time.
audit::Event audit_event(const Exchange& exchange, std::string name,
                         std::optional<AccountId> account_id);

/// Adds the event. The trail keeps nobody out: one that cannot be written is in the error log.
Task<void> keep_in_trail(const Exchange& exchange, audit::Event event);

}  // namespace vneid::flows
