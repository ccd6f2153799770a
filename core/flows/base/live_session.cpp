#include "flows/base/live_session.hpp"

#include "session/portal_binding.hpp"

namespace vneid::flows {

namespace {

/// For so long after a login with VNeID the portal may still have to open its session.
constexpr std::chrono::seconds entry_window{60};

PortalCookie portal_cookie_of(const Exchange& exchange) {
  return {exchange.site->portal, exchange.site->portal_cookie};
}

bool is_of_portal_session(const Exchange& exchange, const LiveSession& live) {
  return belongs(*exchange.worker->settings->keys, portal_cookie_of(exchange),
                 exchange.request->cookie, live);
}

/// The portal's answer to the login that the session began with is still held for this browser.
bool is_held(const Exchange& exchange, const Session& session) {
  const auto ticket = exchange.worker->tickets.open(exchange.request->cookie, exchange.site->portal,
                                                    exchange.now());
  return ticket && ticket->account_id == session.account_id &&
         ticket->portal_cookie_key == session.portal_cookie_key;
}

bool is_before_portal_session(const Exchange& exchange, const Session& session) {
  return awaits_portal_cookie(session) &&
         lacks_portal_cookie(portal_cookie_of(exchange), exchange.request->cookie);
}

}  // namespace

bool counts(const Exchange& exchange, const LiveSession& live, For whom) {
  const Session& session = live.session;
  if (session.portal != exchange.site->portal) return false;
  const bool proven = session.proof == Session::Proof::vneid ||
                      policy::legacy_login_suffices(exchange.mode(session.kind));
  if (!proven) return false;
  if (is_of_portal_session(exchange, live)) return true;
  switch (whom) {
    case For::own_page:
      return is_held(exchange, session) || is_before_portal_session(exchange, session);
    case For::told_portal:
      return is_before_portal_session(exchange, session) &&
             exchange.now() < session.begun_at + entry_window;
    case For::portal:
      break;
  }
  return false;
}

bool awaits_portal(const Exchange& exchange, const LiveSession& live) {
  return live.session.portal == exchange.site->portal && awaits_portal_cookie(live.session) &&
         !is_of_portal_session(exchange, live);
}

Task<std::optional<LiveSession>> live_session(const Exchange& exchange) {
  auto live = co_await exchange.sessions().read(exchange.request->cookie, exchange.now());
  if (live && !counts(exchange, *live, For::own_page)) live.reset();
  co_return live;
}

}  // namespace vneid::flows
