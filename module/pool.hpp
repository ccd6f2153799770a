#pragma once

#include <cstring>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "module/ngx.hpp"

namespace vneid::ngx {

[[nodiscard]] inline std::string_view view(const ngx_str_t& text) noexcept {
  return text.len == 0 ? std::string_view{}
                       : std::string_view{reinterpret_cast<const char*>(text.data), text.len};
}

[[nodiscard]] inline std::string copy(const ngx_str_t& text) { return std::string{view(text)}; }

/// A copy in the pool, with a NUL behind it. Throws std::bad_alloc.
[[nodiscard]] inline ngx_str_t in_pool(ngx_pool_t* pool, std::string_view text) {
  auto* data = static_cast<u_char*>(ngx_pnalloc(pool, text.size() + 1));
  if (data == nullptr) throw std::bad_alloc();
  if (!text.empty()) std::memcpy(data, text.data(), text.size());
  data[text.size()] = '\0';
  return {text.size(), data};
}

/// A plain struct in the pool, zeroed: it dies with the pool, without a destructor.
template <class T>
T* plain_in_pool(ngx_pool_t* pool) {
  static_assert(std::is_trivially_destructible_v<T> && std::is_trivially_copyable_v<T>);
  void* memory = ngx_pcalloc(pool, sizeof(T));
  if (memory == nullptr) throw std::bad_alloc();
  return std::construct_at(static_cast<T*>(memory));
}

/// A C++ object that lives as long as the pool; its destructor runs when the pool is destroyed.
template <class T, class... Args>
T* object_in_pool(ngx_pool_t* pool, Args&&... args) {
  ngx_pool_cleanup_t* cleanup = ngx_pool_cleanup_add(pool, 0);
  if (cleanup == nullptr) throw std::bad_alloc();
  auto object = std::make_unique<T>(std::forward<Args>(args)...);
  cleanup->handler = [](void* data) noexcept {
    const std::unique_ptr<T> owner(static_cast<T*>(data));
  };
  cleanup->data = object.get();
  return object.release();
}

/// A C++ object that lives as long as the request. `r->cleanup` runs first thing when a request is
/// terminated, even while others still hold it (code-models.md §2.1); the pool's would be too late.
template <class T>
T* object_of_request(ngx_http_request_t* r, std::unique_ptr<T> object) {
  ngx_http_cleanup_t* cleanup = ngx_http_cleanup_add(r, 0);
  if (cleanup == nullptr) throw std::bad_alloc();
  cleanup->handler = [](void* data) noexcept {
    const std::unique_ptr<T> owner(static_cast<T*>(data));
  };
  cleanup->data = object.get();
  return object.release();
}

}  // namespace vneid::ngx
