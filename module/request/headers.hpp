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

/// Takes the request headers that `drop` names out of what nginx keeps, out of what it sends on,
/// and out of what its variables read. `drop` must be pure. In nginx 1.22 `hash = 0` does not keep
/// proxy_pass from forwarding a header (code-models.md §2.9), so the list is put together anew; the
/// headers that stay keep their addresses, so that an edit of one is seen everywhere.
void drop_headers(ngx_http_request_t* r, const std::function<bool(const ngx_table_elt_t&)>& drop);

/// Takes away every header whose name begins with "X-VNeID-" or one of `more` (in the form that
/// text::cgi_form() gives), however it is spelled: whoever reads it behind us takes it for ours.
void drop_trusted_headers(ngx_http_request_t* r, const std::vector<std::string>& more);

}  // namespace vneid::ngx
