#pragma once

#include <string>

#include "async/task.hpp"
#include "flows/base/message.hpp"
#include "module/ngx.hpp"

namespace vneid::ngx {

/// Answers in place of the location with a task that does not wait, from a phase handler, which
/// returns what this returns. The request is ours from here on, whatever happens.
ngx_int_t answer_instead(ngx_http_request_t* r, std::string reference, Task<flows::Reply> task);

}  // namespace vneid::ngx
