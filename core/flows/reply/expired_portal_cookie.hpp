#pragma once

#include "flows/base/base.hpp"

namespace vneid::flows {

/// Takes the portal's session cookie away from the browser; nothing where `vneid_portal_cookie`
/// names none.
void expire_portal_cookie(const Site& site, Reply& reply);

}  // namespace vneid::flows
