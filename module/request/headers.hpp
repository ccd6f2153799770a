#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "module/ngx.hpp"

namespace vneid::ngx {

/// All values of a request header (name in lower case), joined.
std::string request_header(ngx_http_request_t* r, std::string_view name,
                           const char* separator = ", ");

/// Takes the request headers that `drop` names out of what nginx keeps, and so out of what it sends
/// on. A new list, because in nginx 1.22 `hash = 0` does not keep proxy_pass from forwarding a
/// header (code-models.md §2.9). The elements themselves stay where they are, because
/// r->headers_in points to them by name.
void drop_headers(ngx_http_request_t* r, const std::function<bool(const ngx_table_elt_t&)>& drop);

/// Takes away every header whose name begins with "X-VNeID-" or one of `more` (in the form that
/// text::cgi_form() gives), however it is spelled: whoever reads it behind us takes it for ours.
void drop_trusted_headers(ngx_http_request_t* r, const std::vector<std::string>& more);

}  // namespace vneid::ngx
