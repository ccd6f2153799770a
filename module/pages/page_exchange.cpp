#include "module/pages/page_exchange.hpp"

#include <memory>
#include <stdexcept>

#include "module/conf/conf.hpp"
#include "module/guard.hpp"
#include "module/loop/request_flow.hpp"
#include "module/pages/reply.hpp"
#include "module/pool.hpp"
#include "module/request/context.hpp"
#include "module/request/request.hpp"

namespace vneid::ngx {

/// A page's flow and what its answer needs. Dies with the request.
class PageExchange {
 public:
  PageExchange(ngx_http_request_t* r, std::string id, Task<flows::Reply> task)
      : reference(std::move(id)), flow(Process::current(), r, std::move(task)) {}

  std::string reference;
  RequestFlow<flows::Reply> flow;
};

namespace {

/// A backstop: every client has its own, shorter time. A callback makes up to four calls to the
/// provider, 5 s each by default.
constexpr Milliseconds page_limit{30'000};

constexpr Outlet whole_chain{ngx_http_send_header, ngx_http_output_filter};

[[nodiscard]] flows::Reply result_of(PageExchange& page, ngx_log_t* log) {
  try {
    return page.flow.take();
  } catch (const DeadlinePassed&) {
    ngx_log_error(NGX_LOG_ERR, log, 0, "vneid: page took too long, reference %s",
                  page.reference.c_str());
    return plain_reply(NGX_HTTP_SERVICE_UNAVAILABLE, page.reference);
  } catch (const std::exception& error) {
    ngx_log_error(NGX_LOG_ERR, log, 0, "vneid: %s, reference %s", error.what(),
                  page.reference.c_str());
    return plain_reply(NGX_HTTP_INTERNAL_SERVER_ERROR, page.reference);
  }
}

ngx_int_t send_page(ngx_http_request_t* r, PageExchange& page) {
  r->read_event_handler = r->discard_body ? r->read_event_handler : ngx_http_block_reading;
  const flows::Reply reply = result_of(page, r->connection->log);
  try {
    return send_reply(r, reply, whole_chain);
  } catch (const std::invalid_argument& error) {
    ngx_log_error(NGX_LOG_ERR, r->connection->log, 0, "vneid: %s, reference %s", error.what(),
                  page.reference.c_str());
    return NGX_HTTP_INTERNAL_SERVER_ERROR;
  }
}

void on_write(ngx_http_request_t* r) noexcept {
  RequestContext* found = find_context(r);
  if (found == nullptr || found->page == nullptr || !found->page->flow.finished()) return;
  r->write_event_handler = ngx_http_request_empty_handler;
  const ngx_int_t result = guard(r->connection->log, "page", ngx_int_t{NGX_ERROR},
                                 [&] { return send_page(r, *found->page); });
  ngx_http_finalize_request(r, result);
}

}  // namespace

ngx_int_t begin_page(ngx_http_request_t* r, std::string body) {
  const auto& site = server_conf(r).pages->of(r);
  flows::Request request = make_request(r);
  request.path = view(r->uri).substr(site->path.size());
  request.body = std::move(body);
  std::string reference = request.id;
  return begin_answer(r, std::move(reference),
                      Process::current().service().handle(std::move(request), site));
}

ngx_int_t begin_answer(ngx_http_request_t* r, std::string reference, Task<flows::Reply> task) {
  auto* page = object_of_request(
      r, std::make_unique<PageExchange>(r, std::move(reference), std::move(task)));
  context(r).page = page;
  page->flow.start(page_limit);
  if (page->flow.finished()) return send_page(r, *page);
  r->write_event_handler = on_write;
  return watch_client(r) == NGX_OK ? NGX_AGAIN : NGX_ERROR;
}

ngx_int_t watch_client(ngx_http_request_t* r) noexcept {
  if (r->discard_body) return NGX_OK;  // nginx still reads, and notices by itself
  ngx_event_t* event = r->connection->read;
  r->read_event_handler = ngx_http_test_reading;
  if (event->ready) {
    ngx_post_event(event, &ngx_posted_events);
    return NGX_OK;
  }
  return ngx_handle_read_event(event, 0);
}

}  // namespace vneid::ngx
