#include "module/login/answer_headers.hpp"

#include "module/pages/reply.hpp"
#include "module/pool.hpp"
#include "text/ascii.hpp"
#include "text/cookie.hpp"

namespace vneid::ngx {

namespace {

template <class Visit>
void each_header(ngx_http_request_t* r, Visit visit) {
  for (ngx_list_part_t* part = &r->headers_out.headers.part; part != nullptr; part = part->next) {
    auto* headers = static_cast<ngx_table_elt_t*>(part->elts);
    for (ngx_uint_t i = 0; i < part->nelts; ++i) {
      if (headers[i].hash != 0) visit(headers[i]);
    }
  }
}

/// Calendar time as nginx has it.
[[nodiscard]] Wall wall_now() noexcept {
  return Wall{Milliseconds{static_cast<std::int64_t>(ngx_time()) * 1000}};
}

[[nodiscard]] bool is_hop_by_hop(std::string_view name) {
  return text::equal_without_case(name, "connection") ||
         text::equal_without_case(name, "keep-alive") ||
         text::equal_without_case(name, "transfer-encoding") ||
         text::equal_without_case(name, "upgrade") || text::equal_without_case(name, "trailer") ||
         text::equal_without_case(name, "content-length");
}

/// RFC 6265 §5.1.4, of the URL that the browser knows.
[[nodiscard]] std::string_view default_path(const ngx_http_request_t* r) noexcept {
  const auto asked = view(r->main->unparsed_uri);
  const auto last = asked.substr(0, asked.find('?')).rfind('/');
  return last == 0 || last == std::string_view::npos ? "/" : asked.substr(0, last);
}

}  // namespace

std::optional<bool> sets_cookie(ngx_http_request_t* r, std::string_view cookie) {
  bool spoken_of = false;
  std::vector<std::string_view> paths;  // at which the browser then has it
  for (const std::string_view header : set_cookies(r)) {
    const auto parsed = text::parse_set_cookie(header, wall_now());
    if (!parsed || parsed->name != cookie) continue;
    spoken_of = true;
    const auto path = parsed->path.empty() ? default_path(r) : parsed->path;
    std::erase(paths, path);
    if (!parsed->removes) paths.push_back(path);
  }
  if (!spoken_of) return std::nullopt;
  return !paths.empty();
}

std::vector<std::string_view> set_cookies(ngx_http_request_t* r) {
  std::vector<std::string_view> values;
  each_header(r, [&values](const ngx_table_elt_t& header) {
    if (text::equal_without_case(view(header.key), "set-cookie")) {
      values.push_back(view(header.value));
    }
  });
  return values;
}

HeaderList withheld_headers(ngx_http_request_t* r) {
  HeaderList headers;
  std::string type = copy(r->headers_out.content_type);
  const bool bare = r->headers_out.content_type_len == r->headers_out.content_type.len;
  if (!type.empty() && bare && r->headers_out.charset.len != 0) {
    type += "; charset=" + copy(r->headers_out.charset);
  }
  if (!type.empty()) headers.emplace_back("Content-Type", type);
  each_header(r, [&headers](const ngx_table_elt_t& header) {
    if (is_hop_by_hop(view(header.key))) return;
    if (!is_sendable(view(header.key), view(header.value))) return;
    headers.emplace_back(copy(header.key), copy(header.value));
  });
  return headers;
}

void forget_session_headers(ngx_http_request_t* r) noexcept {
  each_header(r, [](ngx_table_elt_t& header) {
    const auto name = view(header.key);
    if (text::equal_without_case(name, "set-cookie") || text::equal_without_case(name, "location"))
      header.hash = 0;
  });
  r->headers_out.location = nullptr;
}

}  // namespace vneid::ngx
