#include "module/request/headers.hpp"

#include <algorithm>
#include <new>

#include "module/pool.hpp"
#include "text/header_name.hpp"

namespace vneid::ngx {

namespace {

constexpr std::string_view own_prefix = "x-vneid-";

template <class Judge>
[[nodiscard]] bool any_header(ngx_http_request_t* r, const Judge& judge) {
  for (ngx_list_part_t* part = &r->headers_in.headers.part; part != nullptr; part = part->next) {
    const auto* headers = static_cast<const ngx_table_elt_t*>(part->elts);
    for (ngx_uint_t i = 0; i < part->nelts; ++i) {
      if (judge(headers[i])) return true;
    }
  }
  return false;
}

}  // namespace

std::string request_header(ngx_http_request_t* r, std::string_view name, const char* separator) {
  std::string joined;
  bool any = false;
  for (const ngx_list_part_t* part = &r->headers_in.headers.part; part != nullptr;
       part = part->next) {
    const auto* headers = static_cast<const ngx_table_elt_t*>(part->elts);
    for (ngx_uint_t i = 0; i < part->nelts; ++i) {
      const std::string_view key{reinterpret_cast<const char*>(headers[i].lowcase_key),
                                 headers[i].key.len};
      if (headers[i].hash == 0 || key != name) continue;
      if (any) joined += separator;
      joined += view(headers[i].value);
      any = true;
    }
  }
  return joined;
}

void drop_headers(ngx_http_request_t* r, const std::function<bool(const ngx_table_elt_t&)>& drop) {
  ngx_list_t fresh;
  if (ngx_list_init(&fresh, r->pool, 20, sizeof(ngx_table_elt_t)) != NGX_OK) throw std::bad_alloc();
  for (ngx_list_part_t* part = &r->headers_in.headers.part; part != nullptr; part = part->next) {
    const auto* headers = static_cast<const ngx_table_elt_t*>(part->elts);
    for (ngx_uint_t i = 0; i < part->nelts; ++i) {
      if (drop(headers[i])) continue;
      auto* copied = static_cast<ngx_table_elt_t*>(ngx_list_push(&fresh));
      if (copied == nullptr) throw std::bad_alloc();
      *copied = headers[i];
    }
  }
  // `last` of a list with one part points into the list itself.
  r->headers_in.headers = fresh;
  if (fresh.last == &fresh.part) r->headers_in.headers.last = &r->headers_in.headers.part;
}

void drop_trusted_headers(ngx_http_request_t* r, const std::vector<std::string>& more) {
  const auto trusted = [&more](const ngx_table_elt_t& header) {
    const std::string_view name = view(header.key);
    return text::begins_with_cgi_form(name, own_prefix) ||
           std::ranges::any_of(more, [name](const auto& prefix) {
             return text::begins_with_cgi_form(name, prefix);
           });
  };
  if (any_header(r, trusted)) drop_headers(r, trusted);
}

}  // namespace vneid::ngx
