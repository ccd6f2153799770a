#pragma once

#include <string>

#include "module/ngx.hpp"

namespace vneid::ngx {

/// Begins a GET for `uri`, one of nginx's own locations, as the browser would send it after the
/// answer in r->headers_out: with its cookies as they would then be, of its other headers those
/// that a portal may bind a session to, and no body. `end` is called with its end. It is no part of
/// the response, and has variables of its own.
ngx_http_request_t* begin_asking(ngx_http_request_t* r, const std::string& uri,
                                 ngx_http_post_subrequest_t* end);

}  // namespace vneid::ngx
