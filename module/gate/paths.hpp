#pragma once

#include "module/ngx.hpp"

namespace vneid::ngx {

/// Server rewrite phase, `vneid_paths`: answers a request whose path nginx and the portal may read
/// differently, before any location (and so any gate) is chosen by it. Comes behind the handler of
/// our own pages, which never lets those on to here.
ngx_int_t on_path(ngx_http_request_t* r) noexcept;

}  // namespace vneid::ngx
