#pragma once

#include <string_view>

#include "flows/base/message.hpp"
#include "module/ngx.hpp"

namespace vneid::ngx {

/// Where a response goes on its way out: the whole chain of filters, or what comes after ours.
struct Outlet {
  ngx_http_output_header_filter_pt header;
  ngx_http_output_body_filter_pt body;
};

/// Sends the reply in place of whatever headers_out held. Returns what the filters returned, for
/// ngx_http_finalize_request. Throws std::invalid_argument for a header that would break the
/// response apart.
ngx_int_t send_reply(ngx_http_request_t* r, const flows::Reply& reply, const Outlet& outlet);

/// Whether a header can be sent: its name is a token, its value holds no control character.
bool is_sendable(std::string_view name, std::string_view value);

/// Puts headers on the response that headers_out already describes.
void add_headers(ngx_http_request_t* r, const HeaderList& headers);

/// The body and the last buffer.
ngx_int_t send_body(ngx_http_request_t* r, std::string_view body, const Outlet& outlet);

/// The plain answer when there can be no page of the core: 500, 502 or 503.
flows::Reply plain_reply(int status, std::string_view reference);

}  // namespace vneid::ngx
