#pragma once

#include <string>

#include "async/task.hpp"
#include "flows/base/message.hpp"
#include "module/ngx.hpp"

namespace vneid::ngx {

/// Starts the flow of a page. NGX_AGAIN: it waits, and the request is finalized later. Anything
/// else: it has been answered, and the caller finalizes the request with this.
ngx_int_t begin_page(ngx_http_request_t* r, std::string body);

/// Answers with what the task gives, which makes the page of request `reference`. Returns as
/// `begin_page`.
ngx_int_t begin_answer(ngx_http_request_t* r, std::string reference, Task<flows::Reply> task);

}  // namespace vneid::ngx
