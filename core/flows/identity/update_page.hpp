#pragma once

#include "async/task.hpp"
#include "flows/base/base.hpp"

namespace vneid::flows {

/// [Cập nhật] of a session whose form has proven to be ours (R18, R19).
Task<Reply> update_fields(const Exchange& exchange, LiveSession live);

}  // namespace vneid::flows
