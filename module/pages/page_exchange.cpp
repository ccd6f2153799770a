#include "module/pages/page_exchange.hpp"

#include <memory>
#include <stdexcept>

#include "module/conf/conf.hpp"
#include "module/guard.hpp"
#include "module/loop/waiting_flow.hpp"
#include "module/pages/reply.hpp"
#include "module/pool.hpp"
#include "module/request/context.hpp"
#include "module/request/headers.hpp"
#include "module/request/request.hpp"

namespace vneid::ngx {

/// A page's flow. Dies with the request.
class PageExchange {
 public:
  PageExchange(ngx_http_request_t* r, std::string reference, Task<flows::Reply> task)
      : flow(Process::current(), r, "page", std::move(reference), std::move(task)) {}

  WaitingFlow<flows::Reply> flow;
};

namespace {

/// A backstop: every client has its own, shorter time. A callback makes up to four calls to the
/// provider, 5 s each by default.
constexpr Milliseconds page_limit{30'000};

constexpr Outlet whole_chain{ngx_http_send_header, ngx_http_output_filter};

ngx_int_t send_page(ngx_http_request_t* r, PageExchange& page) {
  r->read_event_handler = r->discard_body ? r->read_event_handler : ngx_http_block_reading;
  const flows::Reply reply = page.flow.take([r, &page](bool late) {
    auto instead = plain_reply(late ? NGX_HTTP_SERVICE_UNAVAILABLE : NGX_HTTP_INTERNAL_SERVER_ERROR,
                               page.flow.reference());
    if (r != r->main) instead.body.clear();  // it would stand within the portal's page
    return instead;
  });
  try {
    return send_reply(r, reply, whole_chain);
  } catch (const std::invalid_argument& error) {
    ngx_log_error(NGX_LOG_ERR, r->connection->log, 0, "vneid: %s, reference %s", error.what(),
                  page.flow.reference().c_str());
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
  request.accept = request_header(r, "accept");
  request.authorization = request_header(r, "authorization");
  const bool read = r->main->method == NGX_HTTP_GET || r->main->method == NGX_HTTP_HEAD;
  if (r != r->main && read) request.target = view(r->main->unparsed_uri);
  request.body = std::move(body);
  std::string reference = request.id;
  return begin_answer(r, std::move(reference),
                      Process::current().service().handle(std::move(request), site));
}

ngx_int_t begin_answer(ngx_http_request_t* r, std::string reference, Task<flows::Reply> task) {
  auto* page = object_of_request(
      r, std::make_unique<PageExchange>(r, std::move(reference), std::move(task)));
  context(r).page = page;
  const ngx_int_t begun = page->flow.start(page_limit, on_write);
  return begun == NGX_OK ? send_page(r, *page) : begun;
}

}  // namespace vneid::ngx
