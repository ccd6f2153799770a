#pragma once

#include "net/postgres/client.hpp"

namespace vneid::link {

/// The highest number of the files in config/schema when this was built: what the statements of
/// this release need.
extern const int schema_version;

/// For postgres::Settings::requirement. A newer schema is accepted: files only add, and at an
/// upgrade the schema goes before the workers.
extern const postgres::Statement schema_requirement;

}  // namespace vneid::link
