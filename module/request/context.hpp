#pragma once

#include "module/ngx.hpp"
#include "module/pool.hpp"

namespace vneid::ngx {

class PageExchange;
class HeldLogin;
class GateExchange;

/// r->ctx: what we do with this request. Plain memory of the pool; what
/// it points to belongs to the request's cleanups.
struct RequestContext {
  PageExchange* page;
  HeldLogin* held;
  GateExchange* gate;  ///< `vneid_require` has been asked; it may still wait
};

[[nodiscard]] inline RequestContext* find_context(ngx_http_request_t* r) noexcept {
  return static_cast<RequestContext*>(ngx_http_get_module_ctx(r, ngx_http_vneid_module));
}
[[nodiscard]] inline RequestContext& context(ngx_http_request_t* r) {
  if (RequestContext* found = find_context(r)) return *found;
  auto* fresh = plain_in_pool<RequestContext>(r->pool);
  ngx_http_set_ctx(r, fresh, ngx_http_vneid_module);
  return *fresh;
}

}  // namespace vneid::ngx
