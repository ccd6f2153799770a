#pragma once

#include "audit/audit.hpp"
#include "flows/base/exchange.hpp"

namespace vneid::flows {

/// Who asked, from where, for the audit trail: hashes of what could identify a browser.
audit::Origin audit_origin(const Exchange& exchange);

}  // namespace vneid::flows
