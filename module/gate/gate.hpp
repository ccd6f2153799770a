#pragma once

#include "module/ngx.hpp"

namespace vneid::ngx {

/// Access phase: `vneid_require`. Declines when the request may go on, so that the location's other
/// access rules still apply, even with `satisfy any`.
ngx_int_t on_access(ngx_http_request_t* r) noexcept;

/// Precontent phase: the same again, for requests that have come around the access phase
/// (subrequests, and what `satisfy any` let in elsewhere). For our own pages it ends the phase:
/// own_pages.cpp says why.
ngx_int_t on_precontent(ngx_http_request_t* r) noexcept;

}  // namespace vneid::ngx
