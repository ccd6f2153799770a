#include "module/gate/answer.hpp"

#include <utility>

#include "module/guard.hpp"
#include "module/pages/page_exchange.hpp"
#include "module/pool.hpp"
#include "module/request/request.hpp"

namespace vneid::ngx {

ngx_int_t answer_instead(ngx_http_request_t* r, std::string reference, Task<flows::Reply> task) {
  ngx_int_t result = ngx_http_discard_request_body(r);
  if (result == NGX_OK) {
    result = guard(r->connection->log, "gate", ngx_int_t{500},
                   [&] { return begin_answer(r, std::move(reference), std::move(task)); });
  }
  ngx_http_finalize_request(r, result);
  return NGX_DONE;
}

}  // namespace vneid::ngx
