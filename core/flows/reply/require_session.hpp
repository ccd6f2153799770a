#pragma once

#include <expected>

#include "async/task.hpp"
#include "flows/base/worker.hpp"

namespace vneid {

/// This portal's session of the request, or the page that asks to sign in.
Task<std::expected<LiveSession, Reply>> require_session(Exchange exchange);

/// The same, for pages that only a VNeID login may see.
Task<std::expected<LiveSession, Reply>> require_vneid_session(Exchange exchange);

}  // namespace vneid
