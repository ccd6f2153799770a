#pragma once

#include <exception>
#include <utility>

#include "module/ngx.hpp"

namespace vneid::ngx {

/// The boundary to C (design D4): runs `body`, and turns whatever it throws into a log line and
/// `failure`. Every function whose address nginx gets is `noexcept` and consists of one guard.
template <class Body, class Result>
Result guard(ngx_log_t* log, const char* where, Result failure, Body&& body) noexcept {
  try {
    return std::forward<Body>(body)();
  } catch (const std::exception& error) {
    ngx_log_error(NGX_LOG_ERR, log, 0, "vneid: %s: %s", where, error.what());
  } catch (...) {
    ngx_log_error(NGX_LOG_ERR, log, 0, "vneid: %s: unknown exception", where);
  }
  return failure;
}

}  // namespace vneid::ngx
