#pragma once

#include <cstdint>

#include "flows/base/base.hpp"

/// The page of who waits for a server that we ask: no script, it asks again by itself.
namespace vneid::flows {

/// How often this browser has been told to wait already: `waited` of the query.
int times_waited(const Request& request);

/// Comes again, to the same address, with the count. After `longest_wait` times there is no use in
/// it any more.
enum class AwaitedServer : std::uint8_t { provider, population };
Reply waiting_page(const Exchange& exchange, AwaitedServer server);
inline constexpr int longest_wait = 15;

}  // namespace vneid::flows
