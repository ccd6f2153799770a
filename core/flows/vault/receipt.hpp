#pragma once

#include <string>

#include "flows/base/base.hpp"
#include "flows/vault/caller.hpp"
#include "vault/reuse.hpp"

namespace vneid::flows {

/// `typ` of a receipt: whoever takes assertions must not take one of these for it.
inline constexpr const char* receipt_type = "vneid-reuse+jwt";

/// What the portal keeps with the dossier: which paper served, from where, as a JWS (ES256) that
/// `jwks` verifies. It has no end: it speaks of what has happened.
std::string make_receipt(const Exchange& exchange, const vault::ReuseRequest& request,
                         const vault::Reused& reused);

}  // namespace vneid::flows
