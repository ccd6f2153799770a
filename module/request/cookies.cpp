#include "module/request/cookies.hpp"

#include <string_view>

#include "module/pool.hpp"
#include "module/request/headers.hpp"
#include "module/request/mark.hpp"

namespace vneid::ngx {

namespace {

constexpr std::string_view own_prefix = "__Host-vneid-";

[[nodiscard]] std::string without_own(std::string_view header) {
  std::string kept;
  while (!header.empty()) {
    const auto pair = header.substr(0, header.find(';'));
    header.remove_prefix(std::min(header.size(), pair.size() + 1));
    const auto start = std::min(pair.find_first_not_of(" \t"), pair.size());
    const auto trimmed = pair.substr(start);
    if (trimmed.empty() || trimmed.starts_with(own_prefix)) continue;
    if (!kept.empty()) kept += "; ";
    kept += trimmed;
  }
  return kept;
}

[[nodiscard]] bool is_cookie(const ngx_table_elt_t& header) {
  return std::string_view{reinterpret_cast<const char*>(header.lowcase_key), header.key.len} ==
         "cookie";
}

}  // namespace

std::string all_cookies(ngx_http_request_t* r) {
  const RequestMark* mark = find_mark(r);
  if (mark != nullptr && mark->cookie.data != nullptr) return copy(mark->cookie);
  return request_header(r, "cookie", "; ");
}

void withhold_own_cookies(ngx_http_request_t* r) {
  const std::string all = request_header(r, "cookie", "; ");
  if (!all.contains(own_prefix)) return;
  mark(r).cookie = in_pool(r->pool, all);
  bool empty = false;
  for (ngx_list_part_t* part = &r->headers_in.headers.part; part != nullptr; part = part->next) {
    auto* headers = static_cast<ngx_table_elt_t*>(part->elts);
    for (ngx_uint_t i = 0; i < part->nelts; ++i) {
      if (!is_cookie(headers[i])) continue;
      headers[i].value = in_pool(r->pool, without_own(view(headers[i].value)));
      empty = empty || headers[i].value.len == 0;
    }
  }
  if (!empty) return;
  drop_headers(
      r, [](const ngx_table_elt_t& header) { return is_cookie(header) && header.value.len == 0; });
}

}  // namespace vneid::ngx
