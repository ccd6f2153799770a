#pragma once

#include "module/ngx.hpp"

namespace vneid::ngx {

/// Access phase: `vneid_require`. Declines when the request may go on, so that the location's other
/// access rules still apply, even with `satisfy any`. Run again before the content, for requests
/// that have come around the access phase: subrequests, and what `satisfy any` let in elsewhere.
ngx_int_t on_access(ngx_http_request_t* r) noexcept;

}  // namespace vneid::ngx
