#include "module/login/portal_cookie.hpp"

#include "module/conf/conf.hpp"
#include "module/login/answer_headers.hpp"
#include "module/loop/process.hpp"
#include "module/pages/reply.hpp"
#include "module/request/cookies.hpp"

namespace vneid::ngx {

void follow_portal_cookie(ngx_http_request_t* r) {
  const LocationConf& location = location_conf(r);
  if (!location.sites || location.sites->first()->portal_cookie.empty()) return;
  HeaderList answer;
  for (const std::string_view value : set_cookies(r)) answer.emplace_back("Set-Cookie", value);
  if (answer.empty()) return;
  const auto cookie = Process::current().service().follow_portal_cookie(all_cookies(r), answer,
                                                                        *location.sites->first());
  if (cookie) add_headers(r, {{"Set-Cookie", *cookie}});
}

}  // namespace vneid::ngx
