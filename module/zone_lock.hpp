#pragma once

#include "module/ngx.hpp"
#include "session/table/session_table.hpp"

namespace vneid::ngx {

/// The zone's own mutex, which nginx's master breaks when a worker dies with it.
class ZoneLock final : public TableLock {
 public:
  explicit ZoneLock(ngx_shmtx_t& mutex) noexcept : mutex_(mutex) {}
  void lock() noexcept override { ngx_shmtx_lock(&mutex_); }
  void unlock() noexcept override { ngx_shmtx_unlock(&mutex_); }

 private:
  ngx_shmtx_t& mutex_;
};

}  // namespace vneid::ngx
