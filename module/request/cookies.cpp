#include "module/request/cookies.hpp"

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>

#include "module/pool.hpp"
#include "module/request/headers.hpp"
#include "module/request/mark.hpp"
#include "text/ascii.hpp"
#include "text/portal_cookies.hpp"

// What every request of a portal passes through: nothing here is copied that need not be.
namespace vneid::ngx {

namespace {

constexpr std::string_view own_prefix = "__Host-vneid-";

[[nodiscard]] bool is_cookie(const ngx_table_elt_t& header) {
  return std::string_view{reinterpret_cast<const char*>(header.lowcase_key), header.key.len} ==
         "cookie";
}

template <class Visit>
void visit_cookie_headers(ngx_http_request_t* r, const Visit& visit) {
  for (ngx_list_part_t* part = &r->headers_in.headers.part; part != nullptr; part = part->next) {
    auto* headers = static_cast<ngx_table_elt_t*>(part->elts);
    for (ngx_uint_t i = 0; i < part->nelts; ++i) {
      if (is_cookie(headers[i])) visit(headers[i]);
    }
  }
}

/// Cookies put together in the request's memory, with a NUL behind them as all headers have.
class Text {
 public:
  Text(ngx_pool_t* pool, std::size_t most) : text_{0, nullptr} {
    text_.data = static_cast<u_char*>(ngx_pnalloc(pool, most + 1));
    if (text_.data == nullptr) throw std::bad_alloc();
  }
  void add(std::string_view cookies) {
    if (text_.len != 0) append("; ");
    append(cookies);
  }
  [[nodiscard]] ngx_str_t take() const noexcept {
    text_.data[text_.len] = '\0';
    return text_;
  }

 private:
  void append(std::string_view more) {
    std::memcpy(text_.data + text_.len, more.data(), more.size());
    text_.len += more.size();
  }
  ngx_str_t text_;
};

/// As they stand now: the one header itself, or several put together (RFC 9113 §8.2.3).
[[nodiscard]] ngx_str_t present_cookies(ngx_http_request_t* r) {
  ngx_str_t only{};
  std::size_t count = 0;
  std::size_t size = 0;
  visit_cookie_headers(r, [&](const ngx_table_elt_t& header) {
    if (header.hash == 0) return;
    only = header.value;
    size += only.len + 2;
    ++count;
  });
  if (count <= 1) return only;
  Text all{r->pool, size};
  visit_cookie_headers(r, [&all](const ngx_table_elt_t& header) {
    if (header.hash != 0) all.add(view(header.value));
  });
  return all.take();
}

[[nodiscard]] ngx_str_t without_own(ngx_pool_t* pool, std::string_view header) {
  Text kept{pool, 2 * header.size()};  // each ';' may become "; "
  while (!header.empty()) {
    const auto piece = header.substr(0, header.find(';'));
    header.remove_prefix(std::min(header.size(), piece.size() + 1));
    const auto pair = text::trim(piece);
    if (!pair.empty() && !pair.starts_with(own_prefix)) kept.add(pair);
  }
  return kept.take();
}

[[nodiscard]] ngx_str_t for_portal(ngx_pool_t* pool, std::string_view all,
                                   std::string_view portal_cookie) {
  const ngx_str_t kept = without_own(pool, all);
  if (portal_cookie.empty()) return kept;
  return in_pool(pool, text::portal_cookies({view(kept)}, portal_cookie).header);
}

}  // namespace

std::string_view all_cookies(ngx_http_request_t* r) {
  const RequestMark* mark = find_mark(r);
  return view(mark != nullptr && mark->cookie.data != nullptr ? mark->cookie : present_cookies(r));
}

void withhold_cookies(ngx_http_request_t* r, std::string_view portal_cookie) {
  const ngx_str_t all = present_cookies(r);
  if (all.len == 0 || (portal_cookie.empty() && !view(all).contains(own_prefix))) return;
  RequestMark& remembered = mark(r);
  if (remembered.cookie.data == nullptr) remembered.cookie = all;
  // The first one has all; what is left of the others is nothing, and nothing is not sent.
  ngx_str_t kept = for_portal(r->pool, view(all), portal_cookie);
  bool any_empty = false;
  visit_cookie_headers(r, [&kept, &any_empty](ngx_table_elt_t& header) {
    header.value = kept;
    any_empty = any_empty || kept.len == 0;
    kept.len = 0;
  });
  if (!any_empty) return;
  drop_headers(
      r, [](const ngx_table_elt_t& header) { return is_cookie(header) && header.value.len == 0; });
}

}  // namespace vneid::ngx
