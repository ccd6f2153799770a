#include "module/request/cookies.hpp"

#include <algorithm>
#include <string_view>

#include "module/pool.hpp"
#include "module/request/headers.hpp"
#include "module/request/mark.hpp"
#include "text/ascii.hpp"
#include "text/portal_cookies.hpp"

namespace vneid::ngx {

namespace {

constexpr std::string_view own_prefix = "__Host-vneid-";

[[nodiscard]] std::string without_own(std::string_view header) {
  std::string kept;
  while (!header.empty()) {
    const auto piece = header.substr(0, header.find(';'));
    header.remove_prefix(std::min(header.size(), piece.size() + 1));
    const auto pair = text::trim(piece);
    if (pair.empty() || pair.starts_with(own_prefix)) continue;
    if (!kept.empty()) kept += "; ";
    kept += pair;
  }
  return kept;
}

[[nodiscard]] std::string for_portal(text::CookieHeader all, std::string_view portal_cookie) {
  std::string kept = without_own(all.text);
  return portal_cookie.empty() ? kept : text::portal_cookies({kept}, portal_cookie).header;
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

void withhold_cookies(ngx_http_request_t* r, std::string_view portal_cookie) {
  const std::string all = request_header(r, "cookie", "; ");
  if (all.empty() || (portal_cookie.empty() && !all.contains(own_prefix))) return;
  RequestMark& remembered = mark(r);
  if (remembered.cookie.data == nullptr) remembered.cookie = in_pool(r->pool, all);
  // The first one has all; what is left of the others is nothing, and nothing is not sent.
  ngx_str_t kept = in_pool(r->pool, for_portal({all}, portal_cookie));
  bool any_empty = false;
  for (ngx_list_part_t* part = &r->headers_in.headers.part; part != nullptr; part = part->next) {
    auto* headers = static_cast<ngx_table_elt_t*>(part->elts);
    for (ngx_uint_t i = 0; i < part->nelts; ++i) {
      if (!is_cookie(headers[i])) continue;
      headers[i].value = kept;
      any_empty = any_empty || kept.len == 0;
      kept.len = 0;
    }
  }
  if (!any_empty) return;
  drop_headers(
      r, [](const ngx_table_elt_t& header) { return is_cookie(header) && header.value.len == 0; });
}

}  // namespace vneid::ngx
