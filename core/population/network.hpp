#pragma once

#include <string>
#include <string_view>

namespace vneid::population {

/// What of a client's address its tries are counted under: an IPv4 address, the /64 of an IPv6 one
/// (a home or a phone has a whole /64). Empty, and so not limited, for what is no address and for
/// private, shared (RFC 6598), link-local and loopback ones: those are a proxy in front whose
/// clients nobody told apart (`set_real_ip_from`), or the authority's own rooms.
std::string limited_network(std::string_view address);

}  // namespace vneid::population
