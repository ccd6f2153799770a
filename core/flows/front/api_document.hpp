#pragma once

#include <string>

namespace vneid::flows {

/// config/api/v1.json, OpenAPI 3.1, as it was when this was built.
const std::string& openapi_document();

}  // namespace vneid::flows
