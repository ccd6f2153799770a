#include "module/login/recognise.hpp"

#include <algorithm>
#include <stdexcept>
#include <string_view>

#include "module/pages/reply.hpp"
#include "module/pool.hpp"
#include "module/request/mark.hpp"
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

[[nodiscard]] bool sets_cookie(ngx_http_request_t* r, const std::string& cookie) {
  bool set = false;
  each_header(r, [&](const ngx_table_elt_t& header) {
    if (!text::equal_without_case(view(header.key), "set-cookie")) return;
    const auto parsed = text::parse_set_cookie(view(header.value), wall_now());
    if (parsed && parsed->name == cookie) set = !parsed->removes;  // the last one counts
  });
  return set;
}

[[nodiscard]] bool status_fits(ngx_uint_t status, const LoginRule& rule) {
  if (rule.statuses.empty()) return status >= 200 && status < 400;
  return std::ranges::find(rule.statuses, status) != rule.statuses.end();
}

[[nodiscard]] std::string evaluate(ngx_http_request_t* r, ngx_http_complex_value_t* value) {
  ngx_str_t text{};
  if (ngx_http_complex_value(r, value, &text) != NGX_OK) {
    throw std::runtime_error("cannot evaluate a value of vneid_login");
  }
  return copy(text);
}

[[nodiscard]] bool is_hop_by_hop(std::string_view name) {
  return text::equal_without_case(name, "connection") ||
         text::equal_without_case(name, "keep-alive") ||
         text::equal_without_case(name, "transfer-encoding") ||
         text::equal_without_case(name, "upgrade") || text::equal_without_case(name, "trailer") ||
         text::equal_without_case(name, "content-length");
}

}  // namespace

std::optional<Recognised> recognise(ngx_http_request_t* r, const LoginRule& rule) {
  if (!status_fits(r->headers_out.status, rule)) return {};
  if (!rule.cookie.empty() && !sets_cookie(r, rule.cookie)) return {};
  Recognised login;
  login.account = evaluate(r, rule.account);
  if (login.account.empty()) {
    const RequestMark* mark = find_mark(r);
    login.unreadable = rule.reads_form && mark != nullptr && mark->form_unreadable;
    if (!login.unreadable) return {};
    return login;
  }
  if (rule.kind != nullptr) login.kind = evaluate(r, rule.kind);
  return login;
}

std::optional<Recognised> recognise_sign_out(ngx_http_request_t* r) {
  if (r->headers_out.status < 200 || r->headers_out.status >= 400) return {};
  Recognised sign_out;
  sign_out.signs_out = true;
  return sign_out;
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
