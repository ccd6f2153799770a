#include "module/request/headers.hpp"

#include <algorithm>

#include "module/pool.hpp"
#include "text/header_name.hpp"

namespace vneid::ngx {

namespace {

constexpr std::string_view own_prefix = "x-vneid-";

using Judge = std::function<bool(const ngx_table_elt_t&)>;

[[nodiscard]] bool any_header(ngx_http_request_t* r, const Judge& judge) {
  for (ngx_list_part_t* part = &r->headers_in.headers.part; part != nullptr; part = part->next) {
    const auto* headers = static_cast<const ngx_table_elt_t*>(part->elts);
    for (ngx_uint_t i = 0; i < part->nelts; ++i) {
      if (judge(headers[i])) return true;
    }
  }
  return false;
}

/// The parts of a list without what is dropped: what stays keeps its address, since r->headers_in
/// points to it.
[[nodiscard]] std::vector<ngx_list_part_t> parts_kept(const ngx_list_t& list, const Judge& drop) {
  std::vector<ngx_list_part_t> kept;
  for (const ngx_list_part_t* part = &list.part; part != nullptr; part = part->next) {
    auto* headers = static_cast<ngx_table_elt_t*>(part->elts);
    bool goes_on = false;
    for (ngx_uint_t i = 0; i < part->nelts; ++i) {
      if (drop(headers[i])) {
        goes_on = false;
        continue;
      }
      if (!goes_on) kept.push_back({.elts = headers + i, .nelts = 0, .next = nullptr});
      ++kept.back().nelts;
      goes_on = true;
    }
  }
  return kept;
}

/// The list made of these parts, none of which is empty: nginx reads the first element of each
/// part but the first unasked.
void assemble(ngx_list_t& list, const std::vector<ngx_list_part_t>& parts) {
  if (parts.empty()) {
    list.part.nelts = 0;
    list.part.next = nullptr;
    list.last = &list.part;
    return;
  }
  list.part = parts.front();
  list.last = &list.part;
  for (std::size_t i = 1; i < parts.size(); ++i) {
    auto* next = plain_in_pool<ngx_list_part_t>(list.pool);
    *next = parts[i];
    list.last->next = next;
    list.last = next;
  }
  list.nalloc = list.last->nelts;  // full: what is pushed goes into a part of its own
}

#if nginx_version < 1023000
/// Before 1.23 nginx keeps these in arrays of pointers.
void forget_many(ngx_array_t& headers, const Judge& drop) {
  auto** all = static_cast<ngx_table_elt_t**>(headers.elts);
  auto** end = std::remove_if(all, all + headers.nelts,
                              [&drop](const ngx_table_elt_t* header) { return drop(*header); });
  headers.nelts = static_cast<ngx_uint_t>(end - all);
}

void forget_known(char* place, const ngx_http_header_t& known, const Judge& drop) {
  if (view(known.name) == "Cookie" || view(known.name) == "X-Forwarded-For") {
    forget_many(*reinterpret_cast<ngx_array_t*>(place), drop);
    return;
  }
  auto*& header = *reinterpret_cast<ngx_table_elt_t**>(place);
  if (header != nullptr && drop(*header)) header = nullptr;
}
#else
/// Those of one name are a chain.
void forget_known(char* place, const ngx_http_header_t& /*known*/, const Judge& drop) {
  auto** header = reinterpret_cast<ngx_table_elt_t**>(place);
  while (*header != nullptr) {
    if (drop(**header)) {
      *header = (*header)->next;
    } else {
      header = &(*header)->next;
    }
  }
}
#endif

/// The same of what nginx knows by name: $http_user_agent and $proxy_add_x_forwarded_for read that.
void forget_dropped(ngx_http_headers_in_t& headers, const Judge& drop) {
  for (const ngx_http_header_t* known = ngx_http_headers_in; known->name.len != 0; ++known) {
    forget_known(reinterpret_cast<char*>(&headers) + known->offset, *known, drop);
  }
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
  const auto parts = parts_kept(r->headers_in.headers, drop);
  forget_dropped(r->headers_in, drop);
  assemble(r->headers_in.headers, parts);
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
