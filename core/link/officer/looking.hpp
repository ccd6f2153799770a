#pragma once

#include <string>
#include <vector>

#include "async/task.hpp"
#include "audit/audit.hpp"
#include "net/postgres/database.hpp"

namespace vneid::link {

/// Tells the trail at what the officer is going to look, all or nothing: before anything of it is
/// shown. Throws what Pool throws.
Task<void> record_looks(postgres::Database& database, std::string officer,
                        std::vector<audit::Event> looks);

}  // namespace vneid::link
