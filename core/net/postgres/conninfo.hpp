#pragma once

#include <expected>
#include <map>
#include <string>

#include "net/postgres/client.hpp"

namespace vneid::postgres {

/// Keywords for PQconnectStartParams, by name.
using ConnectOptions = std::map<std::string, std::string>;

/// What is handed to libpq: the user's conninfo, numeric hosts as `hostaddr` so that nothing is
/// resolved, and a session that always speaks UTF-8 and UTC and ends by itself what takes too
/// long. Fails as check_conninfo does.
std::expected<ConnectOptions, std::string> connect_options(const Settings& settings);

}  // namespace vneid::postgres
