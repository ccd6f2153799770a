#include "module/request/headers.hpp"

#include <algorithm>
#include <new>

#include "module/pool.hpp"

namespace vneid::ngx {

namespace {

constexpr std::string_view own_prefix = "x-vneid-";

[[nodiscard]] char folded(char byte) noexcept {
  if (byte >= 'A' && byte <= 'Z') return static_cast<char>(byte - 'A' + 'a');
  const bool kept = (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9');
  return kept ? byte : '-';
}

[[nodiscard]] bool begins_with(std::string_view name, std::string_view prefix) noexcept {
  return name.size() >= prefix.size() &&
         std::ranges::equal(name.substr(0, prefix.size()), prefix, {}, folded);
}

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

std::string trusted_form(std::string_view name) {
  std::string form{name};
  std::ranges::transform(form, form.begin(), folded);
  return form;
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
    return begins_with(name, own_prefix) || std::ranges::any_of(more, [name](const auto& prefix) {
             return begins_with(name, prefix);
           });
  };
  if (any_header(r, trusted)) drop_headers(r, trusted);
}

}  // namespace vneid::ngx
