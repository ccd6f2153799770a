#pragma once

#include <string>

#include "module/ngx.hpp"

namespace vneid::ngx {

/// All Cookie headers the browser sent, joined with "; ", also after `withhold_own_cookies`.
std::string all_cookies(ngx_http_request_t* r);

/// Takes our cookies (`__Host-vneid-…`) out of what the portal is sent: they are none of its
/// business, and what it does not get it cannot log.
void withhold_own_cookies(ngx_http_request_t* r);

}  // namespace vneid::ngx
