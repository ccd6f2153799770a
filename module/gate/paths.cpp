#include "module/gate/paths.hpp"

#include <string>
#include <utility>

#include "module/conf/conf.hpp"
#include "module/gate/answer.hpp"
#include "module/guard.hpp"
#include "module/loop/process.hpp"
#include "module/pool.hpp"
#include "module/request/request.hpp"

namespace vneid::ngx {

namespace {

ngx_int_t refuse_path(ngx_http_request_t* r) {
  // Judged once, as the browser wrote it: what nginx makes of it later is our own affair.
  if (r != r->main || r->internal) return NGX_DECLINED;
  const ServerConf& server = server_conf(r);
  const auto asked = view(r->unparsed_uri);
  const char* fault = text::path_fault(asked.substr(0, asked.find('?')), path_rule(server));
  if (fault == nullptr) return NGX_DECLINED;
  flows::Request request = portal_request(r);
  std::string reference = request.id;
  return answer_instead(
      r, std::move(reference),
      Process::current().service().refuse_path(std::move(request), server.pages->of(r), fault));
}

}  // namespace

ngx_int_t on_path(ngx_http_request_t* r) noexcept {
  return guard(r->connection->log, "path", ngx_int_t{500}, [r] { return refuse_path(r); });
}

}  // namespace vneid::ngx
