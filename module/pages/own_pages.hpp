#pragma once

#include "module/ngx.hpp"

namespace vneid::ngx {

/// Pages below `vneid_path`: see content_handler.cpp for which phases take part and why.
ngx_int_t on_server_rewrite(ngx_http_request_t* r) noexcept;
/// Whether the request is for one of our own pages.
bool is_own_page(const ngx_http_request_t* r) noexcept;

}  // namespace vneid::ngx
