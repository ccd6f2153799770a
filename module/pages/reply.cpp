#include "module/pages/reply.hpp"

#include <algorithm>
#include <stdexcept>

#include "module/pool.hpp"
#include "text/ascii.hpp"

namespace vneid::ngx {

namespace {

/// RFC 9110 §5.5: what is no token, or holds a line end, would be read as another header.
void check(const std::string& name, const std::string& value) {
  if (!is_sendable(name, value)) throw std::invalid_argument("reply has a header that is none");
}

void push_header(ngx_http_request_t* r, const std::string& name, const std::string& value) {
  auto* header = static_cast<ngx_table_elt_t*>(ngx_list_push(&r->headers_out.headers));
  if (header == nullptr) throw std::bad_alloc();
  *header = ngx_table_elt_t{};
  header->key = in_pool(r->pool, name);
  header->value = in_pool(r->pool, value);
  header->hash = 1;
}

ngx_table_elt_t* last_header(ngx_http_request_t* r) {
  const ngx_list_part_t* part = r->headers_out.headers.last;
  return static_cast<ngx_table_elt_t*>(part->elts) + part->nelts - 1;
}

void set_content_type(ngx_http_request_t* r, const std::string& value) {
  r->headers_out.content_type = in_pool(r->pool, value);
  // What filters compare with their lists of types: the part before the parameters.
  r->headers_out.content_type_len = std::min(value.size(), value.find(';'));
  r->headers_out.content_type_lowcase = nullptr;
}

}  // namespace

bool is_sendable(std::string_view name, std::string_view value) {
  const auto breaks = [](char byte) { return text::is_control(byte) && byte != '\t'; };
  return text::is_token(name) && !std::ranges::any_of(value, breaks);
}

void add_headers(ngx_http_request_t* r, const HeaderList& headers) {
  for (const auto& [name, value] : headers) check(name, value);  // all, before any is put on
  for (const auto& [name, value] : headers) {
    if (text::equal_without_case(name, "content-type")) {
      set_content_type(r, value);
    } else if (!text::equal_without_case(name, "content-length") &&
               !text::equal_without_case(name, "connection") &&
               !text::equal_without_case(name, "transfer-encoding")) {
      // Location goes into the list alone: in headers_out.location nginx would make a path
      // absolute with the Host header, which is the client's.
      push_header(r, name, value);
      // Tells nginx's gzip filter that the body is encoded already.
      if (text::equal_without_case(name, "content-encoding")) {
        r->headers_out.content_encoding = last_header(r);
      }
    }
  }
}

ngx_int_t send_body(ngx_http_request_t* r, std::string_view body, const Outlet& outlet) {
  auto* buffer = static_cast<ngx_buf_t*>(ngx_calloc_buf(r->pool));
  if (buffer == nullptr) throw std::bad_alloc();
  if (!body.empty()) {
    const ngx_str_t copied = in_pool(r->pool, body);
    buffer->start = buffer->pos = copied.data;
    buffer->end = buffer->last = copied.data + copied.len;
    buffer->memory = 1;
  }
  // A subrequest's end is not the response's; and without content nginx takes a buffer for a
  // mistake that is not marked so.
  buffer->last_buf = r == r->main ? 1 : 0;
  buffer->sync = r != r->main && body.empty() ? 1 : 0;
  buffer->last_in_chain = 1;
  ngx_chain_t out{buffer, nullptr};
  return outlet.body(r, &out);
}

ngx_int_t send_reply(ngx_http_request_t* r, const flows::Reply& reply, const Outlet& outlet) {
  for (const auto& [name, value] : reply.headers) check(name, value);
  ngx_http_clean_header(r);
  r->headers_out.status = static_cast<ngx_uint_t>(reply.status);
  r->headers_out.content_length_n = static_cast<off_t>(reply.body.size());
  r->allow_ranges = 0;
  r->disable_not_modified = 1;
  add_headers(r, reply.headers);
  const ngx_int_t sent = outlet.header(r);
  if (sent == NGX_ERROR || sent > NGX_OK || r->header_only) return sent;
  return send_body(r, reply.body, outlet);
}

flows::Reply plain_reply(int status, std::string_view reference) {
  flows::Reply reply;
  reply.status = status;
  reply.headers = {{"Content-Type", "text/plain; charset=utf-8"}, {"Cache-Control", "no-store"}};
  if (status == NGX_HTTP_SERVICE_UNAVAILABLE) reply.headers.emplace_back("Retry-After", "30");
  reply.body = "Hệ thống đang gián đoạn, xin Ông/Bà thử lại sau ít phút. Mã tham chiếu: " +
               std::string{reference} +
               "\nThe service is interrupted, please try again in a few minutes. " +
               "Reference: " + std::string{reference} + "\n";
  return reply;
}

}  // namespace vneid::ngx
