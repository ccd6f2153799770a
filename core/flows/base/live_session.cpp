#include "flows/base/live_session.hpp"

#include "session/portal_binding.hpp"

namespace vneid::flows {

bool counts(const Exchange& exchange, const Session& session) {
  return session.portal == exchange.site->portal &&
         (session.proof == Session::Proof::vneid ||
          policy::legacy_login_suffices(exchange.mode(session.kind)));
}

bool is_of_portal_session(const Exchange& exchange, const LiveSession& live) {
  const PortalCookie cookie{exchange.site->portal, exchange.site->portal_cookie};
  return belongs(*exchange.worker->settings->keys, cookie, exchange.request->cookie, live);
}

Task<std::optional<LiveSession>> live_session(const Exchange& exchange) {
  auto live = co_await exchange.sessions().read(exchange.request->cookie, exchange.now());
  if (live && !counts(exchange, live->session)) live.reset();
  co_return live;
}

}  // namespace vneid::flows
