#pragma once

#include <string_view>

#include "flows/base/session_facts.hpp"
#include "module/ngx.hpp"

namespace vneid::ngx {

class IdentityRead;

/// Preaccess: reads the session of a main request, once, where `vneid_identity` is on.
ngx_int_t on_identity(ngx_http_request_t* r) noexcept;

/// Begins or goes on reading the session of the request, whatever location it is in; `full` as of
/// `vneid_identity`. NGX_AGAIN: it is being read, and the phase that asked is run again when it is
/// there. NGX_OK: session_facts() has it. Otherwise an HTTP status. May throw.
ngx_int_t read_identity(ngx_http_request_t* r, bool full);

/// What was read for the main request of `r`; null when nothing was.
flows::SharedFacts session_facts(ngx_http_request_t* r) noexcept;

/// The assertion for it, the same for all of the request; empty unless it is a VNeID session and
/// `vneid_assertion_key` is there.
std::string_view session_assertion(ngx_http_request_t* r);

}  // namespace vneid::ngx
