#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "flows/base/message.hpp"
#include "module/ngx.hpp"

/// The header of the portal's answer, as r->headers_out describes it.
namespace vneid::ngx {

/// Whether the answer gives the browser this cookie, or takes it away; nothing when it does not
/// speak of it. As in a browser, cookies of different paths are different cookies.
std::optional<bool> sets_cookie(ngx_http_request_t* r, std::string_view cookie);

/// The values of its Set-Cookie headers, in order. They live as long as the answer.
std::vector<std::string_view> set_cookies(ngx_http_request_t* r);

/// All but hop-by-hop headers.
HeaderList withheld_headers(ngx_http_request_t* r);

/// Takes the portal's Set-Cookie and Location headers off the answer.
void forget_session_headers(ngx_http_request_t* r) noexcept;

}  // namespace vneid::ngx
