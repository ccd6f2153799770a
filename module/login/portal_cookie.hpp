#pragma once

#include "module/ngx.hpp"

namespace vneid::ngx {

/// When the portal gives the browser a new session cookie (`vneid_portal_cookie`), puts beside it
/// the cookie that lets our session follow.
void follow_portal_cookie(ngx_http_request_t* r);

}  // namespace vneid::ngx
