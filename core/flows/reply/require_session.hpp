#pragma once

#include <expected>

#include "async/task.hpp"
#include "flows/base/base.hpp"

namespace vneid::flows {

/// This portal's session of the request, or the page that asks to sign in.
Task<std::expected<LiveSession, Reply>> require_session(const Exchange& exchange);

/// The same, for pages that only a VNeID login may see.
Task<std::expected<LiveSession, Reply>> require_vneid_session(const Exchange& exchange);

/// Whether pages of this session offer [Liên kết với VNeID]: an account of a person's that has no
/// link yet.
bool can_link(const Session& session, bool has_links);

}  // namespace vneid::flows
