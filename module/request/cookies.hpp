#pragma once

#include <string_view>

#include "module/ngx.hpp"

namespace vneid::ngx {

/// All Cookie headers the browser sent, joined with "; ", also after `withhold_cookies`; the
/// request's memory.
std::string_view all_cookies(ngx_http_request_t* r);

/// Makes the Cookie header what the portal may have: without our cookies (`__Host-vneid-…`), which
/// are none of its business, and what it does not get it cannot log; and where
/// `vneid_portal_cookie` names the portal's session cookie (`portal_cookie`, else empty), so that
/// every reader finds the same one (text::portal_cookies). One header, whatever came.
void withhold_cookies(ngx_http_request_t* r, std::string_view portal_cookie);

}  // namespace vneid::ngx
