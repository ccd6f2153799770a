#pragma once

#include <cstdint>

#include "async/task.hpp"
#include "flows/base/base.hpp"

namespace vneid::flows {

/// "Use this paper in dossier X" (R9): the file, with its hash and a signed receipt of where it
/// comes from, once. Only for a person proven by VNeID, where `vneid_reuse` is on.
Task<Reply> api_reuse(const Exchange& exchange, std::int64_t record_id);

}  // namespace vneid::flows
