#include "module/pages/operator_page.hpp"

#include "module/pages/reply.hpp"

namespace vneid::ngx {

ngx_int_t answer_operator(ngx_http_request_t* r, OperatorPage page) noexcept {
  if (r->method != NGX_HTTP_GET && r->method != NGX_HTTP_HEAD) return NGX_HTTP_NOT_ALLOWED;
  // The end of a body that is part of another one is not ours to send.
  if (r != r->main) return NGX_HTTP_NOT_FOUND;
  const ngx_int_t discarded = ngx_http_discard_request_body(r);
  if (discarded != NGX_OK) return discarded;
  return guard(r->connection->log, "operator page", ngx_int_t{NGX_HTTP_INTERNAL_SERVER_ERROR},
               [r, page] {
                 constexpr Outlet whole_chain{ngx_http_send_header, ngx_http_output_filter};
                 return send_reply(r, page(r), whole_chain);
               });
}

void set_operator_page(const Directive& directive, ngx_http_handler_pt handler) {
  auto& core = *static_cast<ngx_http_core_loc_conf_t*>(
      ngx_http_conf_get_module_loc_conf(directive.conf(), ngx_http_core_module));
  if (core.handler != nullptr) {
    directive.fail("\"" + std::string{directive.name()} +
                   "\" in a location that another directive answers already");
  }
  core.handler = handler;
  auto& main = *static_cast<MainConf*>(
      ngx_http_conf_get_module_main_conf(directive.conf(), ngx_http_vneid_module));
  if (!main.needs_zone) main.needs_zone = directive.position();
}

}  // namespace vneid::ngx
