#pragma once

#include "module/ngx.hpp"

namespace vneid::ngx {

/// Puts our header and body filters in front of those there are.
void install_filters() noexcept;

/// Pre-access: remembers a `vneid_login` location, and withholds our cookies from the portal.
ngx_int_t on_preaccess(ngx_http_request_t* r) noexcept;

}  // namespace vneid::ngx
