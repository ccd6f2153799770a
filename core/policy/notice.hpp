#pragma once

#include <optional>

#include "policy/policy.hpp"

namespace vneid::policy {

/// Whether a login goes without the notice because its account has pressed [Bỏ qua] less than
/// `again` ago (`vneid_notice again=`; nothing: the notice comes at every login, R13). Only while
/// skipping is allowed; a skip from the future counts for nothing. Pure.
bool spares_notice(const Rule& rule, std::optional<Milliseconds> again,
                   std::optional<Wall> skipped_at, Wall now) noexcept;

}  // namespace vneid::policy
