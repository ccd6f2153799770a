#include "flows/legacy/legacy_session.hpp"

#include <utility>

#include "link/persons.hpp"
#include "net/unavailable.hpp"
#include "session/cookie.hpp"

namespace vneid::flows {

Task<std::string> begin_legacy_session(const Exchange& exchange, LegacyHolder holder) {
  Session session;
  session.proof = Session::Proof::legacy;
  session.portal = exchange.site->portal;
  session.account_id = holder.account_id;
  session.account = std::move(holder.account);
  session.kind = holder.kind;
  session.portal_cookie_key = std::move(holder.portal_cookie_key);
  const AccountId account_id = holder.account_id;
  try {
    std::string cookie = co_await exchange.sessions().begin(
        std::move(session), exchange.request->cookie, exchange.now());
    // One that began after its person was flagged finds out here.
    if (co_await link::is_kept_out(exchange.worker->postgres, PersonId{}, account_id)) {
      co_await exchange.sessions().end(cookie.substr(0, cookie.find(';')));
      co_return expire_cookie(cookie_name::session);
    }
    exchange.count(metrics::SessionBegun::legacy);
    co_return cookie;
  } catch (const Unavailable& failure) {
    exchange.worker->log.write(Log::Severity::error, exchange.request->id,
                               std::string("no session for our pages: ") + failure.what());
  }
  co_return expire_cookie(cookie_name::session);
}

}  // namespace vneid::flows
