#include "flows/base/live_session.hpp"

#include "session/portal_binding.hpp"

namespace vneid::flows {

namespace {

/// For so long after a login with VNeID the portal may still have to open its session.
constexpr std::chrono::seconds entry_window{60};

PortalCookie portal_cookie_of(const Glance& glance) {
  return {glance.site->portal, glance.site->portal_cookie};
}

/// What decides is the Cookie header alone, so the same one is judged once for a reading.
bool is_of_portal_session(const Glance& glance, const LiveSession& live) {
  const PortalCookie cookie = portal_cookie_of(glance);
  const auto judged = [&] {
    return belongs(*glance.worker->settings->keys, cookie, glance.cookies, live);
  };
  if (cookie.name.empty() || live.reading == 0) return judged();
  const auto tag = glance.worker->session_table.tag_of(glance.cookies);
  FactsCache::Made& made = glance.worker->facts.of(live.reading);
  if (made.bound_cookie == cookie.name && made.bound_tag == tag) return true;
  if (!judged()) return false;
  made.bound_cookie = cookie.name;
  made.bound_tag = tag;
  return true;
}

/// The portal's answer to the login that the session began with is still held for this browser.
bool is_held(const Glance& glance, const Session& session) {
  const auto ticket =
      glance.worker->tickets.open(glance.cookies, glance.site->portal, glance.now());
  return ticket && ticket->account_id == session.account_id &&
         ticket->portal_cookie_key == session.portal_cookie_key;
}

bool is_before_portal_session(const Glance& glance, const Session& session) {
  return awaits_portal_cookie(session) &&
         lacks_portal_cookie(portal_cookie_of(glance), glance.cookies);
}

}  // namespace

bool counts(const Glance& glance, const LiveSession& live, For whom) {
  const Session& session = live.session;
  if (session.portal != glance.site->portal) return false;
  const bool proven = session.proof == Session::Proof::vneid ||
                      policy::legacy_login_suffices(glance.mode(session.kind));
  if (!proven) return false;
  if (is_of_portal_session(glance, live)) return true;
  switch (whom) {
    case For::own_page:
      return is_held(glance, session) || is_before_portal_session(glance, session);
    case For::told_portal:
      return is_before_portal_session(glance, session) &&
             glance.now() < session.begun_at + entry_window;
    case For::portal:
      break;
  }
  return false;
}

bool awaits_portal(const Glance& glance, const LiveSession& live) {
  return live.session.portal == glance.site->portal && awaits_portal_cookie(live.session) &&
         !is_of_portal_session(glance, live);
}

Task<std::optional<LiveSession>> live_session(const Exchange& exchange) {
  auto live = co_await exchange.sessions().read(exchange.request->cookie, exchange.now());
  if (live && !counts(exchange, *live, For::own_page)) live.reset();
  co_return live;
}

}  // namespace vneid::flows
