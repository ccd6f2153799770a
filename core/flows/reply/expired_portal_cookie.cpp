#include "flows/reply/expired_portal_cookie.hpp"

namespace vneid::flows {

void expire_portal_cookie(const Site& site, Reply& reply) {
  if (site.portal_cookie.empty()) return;
  reply.headers.emplace_back(
      "Set-Cookie", site.portal_cookie + "=; Path=" + site.portal_cookie_path +
                        "; Secure; HttpOnly; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT");
}

}  // namespace vneid::flows
