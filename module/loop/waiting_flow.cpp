#include "module/loop/waiting_flow.hpp"

namespace vneid::ngx {

ngx_int_t watch_client(ngx_http_request_t* r) noexcept {
  if (r != r->main) return NGX_OK;     // the client is its main request's affair
  if (r->discard_body) return NGX_OK;  // nginx still reads, and notices by itself
  ngx_event_t* event = r->connection->read;
  r->read_event_handler = ngx_http_test_reading;
  if (event->ready) {
    ngx_post_event(event, &ngx_posted_events);
    return NGX_OK;
  }
  return ngx_handle_read_event(event, 0);
}

void wake(ngx_http_request_t* r) noexcept {
  if (r != r->main && r->connection->data != r && ngx_http_post_request(r, nullptr) != NGX_OK) {
    return;  // no memory: its deadline comes
  }
  ngx_post_event(r->connection->write, &ngx_posted_events);
}

}  // namespace vneid::ngx
