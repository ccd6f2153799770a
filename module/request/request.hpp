#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "flows/base/message.hpp"
#include "module/ngx.hpp"
#include "module/request/headers.hpp"

namespace vneid::ngx {

/// What the flows may know of a request for a page of ours; everything but `path` and `body`.
flows::Request make_request(ngx_http_request_t* r);
/// The same of a request to the portal, with what tells who asks.
flows::Request portal_request(ngx_http_request_t* r);

/// Whether Content-Type is this media type, whatever its parameters.
bool body_is(ngx_http_request_t* r, std::string_view media_type);
bool body_is_form(ngx_http_request_t* r);

enum class BodyState { kept, too_large, not_kept };
struct Body {
  BodyState state = BodyState::not_kept;
  std::string text;  ///< when kept
};
/// The body that nginx has read, from memory or from its temporary file.
Body request_body(ngx_http_request_t* r, std::size_t limit);

}  // namespace vneid::ngx
