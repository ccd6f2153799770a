#pragma once

#include <expected>
#include <map>
#include <string>
#include <vector>

#include "net/postgres/client.hpp"

namespace vneid::postgres {

/// Keywords for PQconnectStartParams, by name.
using ConnectOptions = std::map<std::string, std::string>;

/// What a conninfo says, as libpq reads it: no defaults, nothing of the environment, nothing that
/// is empty. Fails with libpq's complaint.
std::expected<ConnectOptions, std::string> given_options(const std::string& conninfo);

/// What is handed to libpq: the user's conninfo, numeric hosts as `hostaddr` so that nothing is
/// resolved, and a session that always speaks UTF-8 and UTC and ends by itself what takes too
/// long. Fails as check_conninfo does.
std::expected<ConnectOptions, std::string> connect_options(const Settings& settings);

/// The same for each host that they list, in their order: where nothing blocks, libpq goes from one
/// to the next without a limit of time. Of several the one that takes writes is meant, unless
/// target_session_attrs says otherwise.
std::vector<ConnectOptions> of_each_host(const ConnectOptions& options);

}  // namespace vneid::postgres
