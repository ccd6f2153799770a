#pragma once

#include "flows/base/message.hpp"
#include "module/conf/directive.hpp"
#include "module/ngx.hpp"

namespace vneid::ngx {

/// Makes the answer to an operator's request; may throw.
using OperatorPage = flows::Reply (*)(ngx_http_request_t* r);

/// Answers GET and HEAD with a page that is made in memory, at once. For content handlers.
ngx_int_t answer_operator(ngx_http_request_t* r, OperatorPage page) noexcept;

/// Makes the handler the location's. Throws ConfigurationError when it has another.
void set_operator_page(const Directive& directive, ngx_http_handler_pt handler);

}  // namespace vneid::ngx
