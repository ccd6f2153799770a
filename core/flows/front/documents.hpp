#pragma once

#include <string>

#include "async/task.hpp"
#include "flows/base/base.hpp"

/// What is the same for everybody.
namespace vneid::flows {

/// A style sheet or picture of the pages.
Task<Reply> show_asset(const Exchange& exchange, std::string name);
/// "Hướng dẫn": needs no session.
Task<Reply> show_guide(const Exchange& exchange);
/// The keys with which assertions to the portal are signed.
Task<Reply> show_jwks(const Exchange& exchange);
/// config/api/v1.json.
Task<Reply> show_openapi(const Exchange& exchange);

/// config/api/v1.json, OpenAPI 3.1, as it was when this was built.
const std::string& openapi_document();

}  // namespace vneid::flows
