#pragma once

#include "module/ngx.hpp"

namespace vneid::ngx {

/// Content handler of `vneid_status`: what all workers know of their dependencies, as JSON.
ngx_int_t answer_status(ngx_http_request_t* r) noexcept;

}  // namespace vneid::ngx
