#include "module/request/request.hpp"

#include <algorithm>

#include "module/conf/conf.hpp"
#include "module/pool.hpp"
#include "module/request/cookies.hpp"
#include "module/request/headers.hpp"
#include "text/ascii.hpp"

namespace vneid::ngx {

namespace {

[[nodiscard]] flows::Request::Method method_of(const ngx_http_request_t* r) noexcept {
  switch (r->method) {
    case NGX_HTTP_GET:
      return flows::Request::Method::get;
    case NGX_HTTP_HEAD:
      return flows::Request::Method::head;
    case NGX_HTTP_POST:
      return flows::Request::Method::post;
    default:
      return flows::Request::Method::other;
  }
}

/// The id that `$request_id` gives, so that an access log may carry it too.
[[nodiscard]] std::string reference_of(ngx_http_request_t* r) {
  const auto index = static_cast<ngx_uint_t>(main_conf(r).request_id);
  const ngx_http_variable_value_t* id = ngx_http_get_indexed_variable(r, index);
  if (id == nullptr || id->not_found) throw std::bad_alloc();
  return {reinterpret_cast<const char*>(id->data), id->len};
}

/// Reads what a temporary file holds of the body; nginx reads such files the same way.
[[nodiscard]] bool append_from_file(const ngx_buf_t& buffer, std::string& text) {
  if (buffer.file->fd == NGX_INVALID_FILE) return false;  // nginx closes it once it was sent
  const auto size = static_cast<std::size_t>(buffer.file_last - buffer.file_pos);
  const std::size_t before = text.size();
  text.resize(before + size);
  const ssize_t count = ngx_read_file(buffer.file, reinterpret_cast<u_char*>(text.data() + before),
                                      size, buffer.file_pos);
  return count == static_cast<ssize_t>(size);
}

}  // namespace

flows::Request make_request(ngx_http_request_t* r) {
  flows::Request request;
  request.method = method_of(r);
  request.query = view(r->args);
  request.body_is_form = body_is_form(r);
  request.body_is_json = body_is(r, "application/json");
  request.cookie = all_cookies(r);
  request.accept_language = request_header(r, "accept-language");
  request.user_agent = request_header(r, "user-agent");
  request.sec_fetch_site = request_header(r, "sec-fetch-site");
  request.purpose = request_header(r, "sec-purpose");
  if (request.purpose.empty()) request.purpose = request_header(r, "purpose");
  request.origin = request_header(r, "origin");
  const auto family = r->connection->sockaddr->sa_family;
  if (family == AF_INET || family == AF_INET6) {  // behind a Unix socket there is none
    request.peer_address = view(r->connection->addr_text);
  }
  request.peer_port = ngx_inet_get_port(r->connection->sockaddr);
  request.id = reference_of(r);
  return request;
}

flows::Request portal_request(ngx_http_request_t* r) {
  flows::Request request = make_request(r);
  request.target = view(r->unparsed_uri);  // as the browser knows it: rewrites are our own affair
  request.path = request.target.substr(0, request.target.find('?'));
  request.accept = request_header(r, "accept");
  request.sec_fetch_mode = request_header(r, "sec-fetch-mode");
  request.requested_with = request_header(r, "x-requested-with");
  return request;
}

bool body_is(ngx_http_request_t* r, std::string_view media_type) {
  if (r->headers_in.content_type == nullptr) return false;
  std::string type = copy(r->headers_in.content_type->value);
  type.resize(std::min(type.size(), type.find_first_of("; \t")));
  return text::equal_without_case(type, media_type);
}

bool body_is_form(ngx_http_request_t* r) { return body_is(r, "application/x-www-form-urlencoded"); }

Body request_body(ngx_http_request_t* r, std::size_t limit) {
  if (r->request_body == nullptr || r->request_body_no_buffering) return {};
  Body body{BodyState::kept, {}};
  off_t size = 0;
  for (const ngx_chain_t* link = r->request_body->bufs; link != nullptr; link = link->next) {
    const ngx_buf_t& buffer = *link->buf;
    size += ngx_buf_size(link->buf);
    if (size > static_cast<off_t>(limit)) return {BodyState::too_large, {}};
    if (ngx_buf_in_memory(link->buf)) {
      body.text.append(reinterpret_cast<const char*>(buffer.pos),
                       static_cast<std::size_t>(buffer.last - buffer.pos));
    } else if (buffer.in_file && !append_from_file(buffer, body.text)) {
      return {};
    }
  }
  return body;
}

}  // namespace vneid::ngx
