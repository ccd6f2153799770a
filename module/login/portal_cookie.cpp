#include "module/login/portal_cookie.hpp"

#include "module/conf/conf.hpp"
#include "module/loop/process.hpp"
#include "module/pages/reply.hpp"
#include "module/pool.hpp"
#include "module/request/cookies.hpp"
#include "text/ascii.hpp"

namespace vneid::ngx {

namespace {

[[nodiscard]] HeaderList set_cookies(ngx_http_request_t* r) {
  HeaderList found;
  for (const ngx_list_part_t* part = &r->headers_out.headers.part; part != nullptr;
       part = part->next) {
    const auto* headers = static_cast<const ngx_table_elt_t*>(part->elts);
    for (ngx_uint_t i = 0; i < part->nelts; ++i) {
      if (headers[i].hash == 0 || !text::equal_without_case(view(headers[i].key), "set-cookie"))
        continue;
      found.emplace_back("Set-Cookie", copy(headers[i].value));
    }
  }
  return found;
}

}  // namespace

void follow_portal_cookie(ngx_http_request_t* r) {
  const LocationConf& location = location_conf(r);
  if (!location.sites || location.sites->first()->portal_cookie.empty()) return;
  const HeaderList answer = set_cookies(r);
  if (answer.empty()) return;
  const auto cookie = Process::current().service().follow_portal_cookie(all_cookies(r), answer,
                                                                        *location.sites->first());
  if (cookie) add_headers(r, {{"Set-Cookie", *cookie}});
}

}  // namespace vneid::ngx
