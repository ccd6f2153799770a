#pragma once

#include "module/ngx.hpp"

namespace vneid::ngx {

/// Content handler of `vneid_metrics`: the counters of all workers, for Prometheus.
ngx_int_t answer_metrics(ngx_http_request_t* r) noexcept;

}  // namespace vneid::ngx
