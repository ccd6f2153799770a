#include "module/request/mark.hpp"

#include <new>

namespace vneid::ngx {

namespace {

void mark_of_vneid(void* /*data*/) noexcept {}  // its address is what we look for

}  // namespace

RequestMark* find_mark(ngx_http_request_t* r) noexcept {
  for (ngx_pool_cleanup_t* entry = r->pool->cleanup; entry != nullptr; entry = entry->next) {
    if (entry->handler == mark_of_vneid) return static_cast<RequestMark*>(entry->data);
  }
  return nullptr;
}

RequestMark& mark(ngx_http_request_t* r) {
  if (RequestMark* found = find_mark(r)) return *found;
  ngx_pool_cleanup_t* entry = ngx_pool_cleanup_add(r->pool, sizeof(RequestMark));
  if (entry == nullptr) throw std::bad_alloc();
  entry->handler = mark_of_vneid;
  return *::new (entry->data) RequestMark{};
}

}  // namespace vneid::ngx
