// How a request for a page below `vneid_path` gets to us, and its body.
//
// It must get here whatever the server's other locations say, and still be subject to the access
// rules of the location it falls in. So:
//
//   server rewrite  our handler comes before the rewrite module's (the last one registered comes
//                   first), lets nginx find the location, makes itself the content handler in
//                   place of a proxy_pass, and goes on behind the rewrite phases: no `return` or
//                   `rewrite` of server or location sees the request
//   access          all rules apply: allow, deny, auth_basic, limit_req, satisfy …
//   precontent      ends the phase, so that `try_files` and `mirror` do not see the request (for
//                   other requests: the gate, if they came around the access phase)
//   content         ours

#include "module/pages/own_pages.hpp"

#include "flows/base/message.hpp"
#include "module/conf/conf.hpp"
#include "module/guard.hpp"
#include "module/pages/page_exchange.hpp"
#include "module/pool.hpp"
#include "module/request/headers.hpp"
#include "module/request/request.hpp"

namespace vneid::ngx {

namespace {

constexpr std::size_t most_body_bytes = std::size_t{16} * 1024;

/// A subrequest is another page's include or question: of our pages only the menu is made for that.
[[nodiscard]] bool is_page(ngx_http_request_t* r) noexcept {
  const ServerConf& server = server_conf(r);
  if (!server.pages) return false;
  const std::string& path = server.pages->first()->path;
  const auto uri = view(r->uri);
  return uri.starts_with(path) && (r == r->main || uri.substr(path.size()) == flows::menu_path);
}

void on_body(ngx_http_request_t* r) noexcept {
  const ngx_int_t result = guard(r->connection->log, "page", ngx_int_t{500}, [r]() -> ngx_int_t {
    Body body = request_body(r, most_body_bytes);
    if (body.state == BodyState::too_large) return NGX_HTTP_REQUEST_ENTITY_TOO_LARGE;
    if (body.state == BodyState::not_kept) return NGX_HTTP_INTERNAL_SERVER_ERROR;
    return begin_page(r, std::move(body.text));
  });
  if (result != NGX_AGAIN) ngx_http_finalize_request(r, result);
}

/// Returns NGX_DONE: from here on the request is ours, and each way ends in exactly one
/// ngx_http_finalize_request.
ngx_int_t on_content(ngx_http_request_t* r) noexcept {
  if (r->method == NGX_HTTP_POST) {
    if (r->headers_in.content_length_n > static_cast<off_t>(most_body_bytes)) {
      return NGX_HTTP_REQUEST_ENTITY_TOO_LARGE;
    }
    const ngx_int_t read = ngx_http_read_client_request_body(r, on_body);
    return read >= NGX_HTTP_SPECIAL_RESPONSE ? read : NGX_DONE;
  }
  const ngx_int_t discarded = ngx_http_discard_request_body(r);
  if (discarded != NGX_OK) return discarded;
  r->main->count++;
  const ngx_int_t result =
      guard(r->connection->log, "page", ngx_int_t{500}, [r] { return begin_page(r, {}); });
  if (result != NGX_AGAIN) ngx_http_finalize_request(r, result);
  return NGX_DONE;
}

/// The index of the phase handler behind both rewrite phases.
[[nodiscard]] ngx_uint_t behind_rewrite(const ngx_http_phase_handler_t* handlers,
                                        ngx_uint_t index) noexcept {
  while (handlers[index].checker == ngx_http_core_rewrite_phase) ++index;
  if (handlers[index].checker == ngx_http_core_post_rewrite_phase) ++index;
  return index;
}

}  // namespace

ngx_int_t on_server_rewrite(ngx_http_request_t* r) noexcept {
  // First of all, and in all locations of the server: no `if` or `set` may see them either.
  const ngx_int_t dropped =
      guard(r->connection->log, "request headers", ngx_int_t{500}, [r]() -> ngx_int_t {
        static const std::vector<std::string> none;
        const ServerConf& server = server_conf(r);
        if (server.pages) {
          drop_trusted_headers(r, server.trusted_headers ? *server.trusted_headers : none);
        }
        return NGX_OK;
      });
  if (dropped != NGX_OK) return dropped;
  if (!is_page(r)) return NGX_DECLINED;
  const auto* core = static_cast<ngx_http_core_main_conf_t*>(
      ngx_http_get_module_main_conf(r, ngx_http_core_module));
  ngx_http_phase_handler_t* handlers = core->phase_engine.handlers;

  const ngx_uint_t find_config = handlers[r->phase_handler].next;
  r->phase_handler = static_cast<ngx_int_t>(find_config);
  const ngx_int_t found = ngx_http_core_find_config_phase(r, &handlers[find_config]);
  if (found != NGX_AGAIN) return NGX_DONE;  // it has finalized the request
  r->content_handler = on_content;
  // The engine adds one for a handler that declines.
  r->phase_handler = static_cast<ngx_int_t>(behind_rewrite(handlers, find_config + 1)) - 1;
  return NGX_DECLINED;
}

bool is_own_page(const ngx_http_request_t* r) noexcept { return r->content_handler == on_content; }

}  // namespace vneid::ngx
