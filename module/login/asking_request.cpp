#include "module/login/asking_request.hpp"

#include <algorithm>
#include <new>
#include <stdexcept>
#include <string_view>

#include "module/login/answer_headers.hpp"
#include "module/pool.hpp"
#include "module/request/headers.hpp"
#include "text/cookie_jar.hpp"

namespace vneid::ngx {

namespace {

/// What a portal may have bound its session to, or goes by to find its own address. Nothing else of
/// the browser's: a header that is refused there (Authorization, Origin) would say that nobody is
/// in.
[[nodiscard]] bool goes_along(std::string_view name) {
  constexpr std::string_view names[] = {"host",
                                        "user-agent",
                                        "accept-language",
                                        "forwarded",
                                        "x-forwarded-for",
                                        "x-forwarded-host",
                                        "x-forwarded-port",
                                        "x-forwarded-proto",
                                        "x-real-ip"};
  return std::ranges::find(names, name) != std::end(names);
}

/// The pointers by which nginx knows the others by name.
void forget_left_out(ngx_http_headers_in_t& headers) noexcept {
  headers.authorization = nullptr;
  headers.connection = nullptr;
  headers.keep_alive = nullptr;
  headers.referer = nullptr;
  headers.content_length = nullptr;
  headers.content_length_n = -1;
  headers.content_type = nullptr;
  headers.transfer_encoding = nullptr;
  headers.chunked = 0;
  headers.expect = nullptr;
  headers.if_match = nullptr;
  headers.if_modified_since = nullptr;
  headers.if_none_match = nullptr;
  headers.if_range = nullptr;
  headers.if_unmodified_since = nullptr;
  headers.range = nullptr;
  headers.te = nullptr;
  headers.upgrade = nullptr;
#if (NGX_HTTP_GZIP || NGX_HTTP_HEADERS)
  headers.accept_encoding = nullptr;
#endif
#if (NGX_HTTP_HEADERS)
  headers.accept = nullptr;
#endif
}

[[nodiscard]] ngx_table_elt_t* push(ngx_list_t& list) {
  auto* fresh = static_cast<ngx_table_elt_t*>(ngx_list_push(&list));
  if (fresh == nullptr) throw std::bad_alloc();
  return fresh;
}

/// nginx 1.23 made a chain of what was an array before.
void know_cookie(ngx_http_request_t* asking, ngx_table_elt_t* cookie) {
#if (nginx_version >= 1023000)
  asking->headers_in.cookie = cookie;
#else
  ngx_array_t& cookies = asking->headers_in.cookies;
  if (ngx_array_init(&cookies, asking->pool, 1, sizeof(ngx_table_elt_t*)) != NGX_OK) {
    throw std::bad_alloc();
  }
  if (cookie == nullptr) return;
  auto** place = static_cast<ngx_table_elt_t**>(ngx_array_push(&cookies));
  *place = cookie;
#endif
}

void put_cookie(ngx_http_request_t* asking, const std::string& value) {
  if (value.empty()) return know_cookie(asking, nullptr);
  constexpr std::string_view name = "cookie";
  ngx_table_elt_t* cookie = push(asking->headers_in.headers);
  *cookie = {};
  cookie->key = in_pool(asking->pool, "Cookie");
  cookie->value = in_pool(asking->pool, value);
  cookie->lowcase_key = in_pool(asking->pool, name).data;
  cookie->hash = ngx_hash_key(cookie->lowcase_key, name.size());
  know_cookie(asking, cookie);
}

/// A list of its own: the browser's goes on being what it sent.
void copy_headers(ngx_http_request_t* asking, const ngx_list_t& sent) {
  ngx_list_t& list = asking->headers_in.headers;
  if (ngx_list_init(&list, asking->pool, 20, sizeof(ngx_table_elt_t)) != NGX_OK) {
    throw std::bad_alloc();
  }
  for (const ngx_list_part_t* part = &sent.part; part != nullptr; part = part->next) {
    const auto* headers = static_cast<const ngx_table_elt_t*>(part->elts);
    for (ngx_uint_t i = 0; i < part->nelts; ++i) {
      const std::string_view name{reinterpret_cast<const char*>(headers[i].lowcase_key),
                                  headers[i].key.len};
      if (headers[i].hash == 0 || !goes_along(name)) continue;
      *push(list) = headers[i];
    }
  }
}

/// Maps and the like that were evaluated for the login itself would tell of the cookies before it.
void forget_variables(ngx_http_request_t* asking) {
  const auto* core = static_cast<ngx_http_core_main_conf_t*>(
      ngx_http_get_module_main_conf(asking, ngx_http_core_module));
  asking->variables = static_cast<ngx_http_variable_value_t*>(
      ngx_pcalloc(asking->pool, core->variables.nelts * sizeof(ngx_http_variable_value_t)));
  if (asking->variables == nullptr) throw std::bad_alloc();
}

}  // namespace

ngx_http_request_t* begin_asking(ngx_http_request_t* r, const std::string& uri,
                                 ngx_http_post_subrequest_t* end) {
  const auto now = Wall{Milliseconds{static_cast<std::int64_t>(ngx_time()) * 1000}};
  const std::string cookies =
      text::cookies_after(request_header(r, "cookie", "; "), set_cookies(r), now);
  const auto query = uri.find('?');
  ngx_str_t path = in_pool(r->pool, std::string_view{uri}.substr(0, query));
  ngx_str_t args{};
  if (query != std::string::npos) args = in_pool(r->pool, std::string_view{uri}.substr(query + 1));
  ngx_http_request_t* asking = nullptr;
  if (ngx_http_subrequest(r, &path, &args, &asking, end, NGX_HTTP_SUBREQUEST_BACKGROUND) !=
      NGX_OK) {
    throw std::runtime_error("ask=: no subrequest can be made");
  }
  forget_left_out(asking->headers_in);
  copy_headers(asking, r->headers_in.headers);
  put_cookie(asking, cookies);
  forget_variables(asking);
  // As auth_request does: without one nginx might read the browser's body, or close its file.
  asking->request_body = plain_in_pool<ngx_http_request_body_t>(r->pool);
  return asking;
}

}  // namespace vneid::ngx
