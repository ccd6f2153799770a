#include "flows/base/audit_trail.hpp"

#include <exception>
#include <utility>

#include "crypto/digest.hpp"
#include "session/cookie.hpp"
#include "text/cookie.hpp"

namespace vneid::flows {

audit::Origin audit_origin(const Exchange& exchange) {
  const Request& request = *exchange.request;
  audit::Origin origin;
  origin.request_id = request.id;
  origin.ip = request.peer_address;
  origin.port = request.peer_port;
  if (!request.user_agent.empty()) origin.user_agent_hash = crypto::sha256(request.user_agent);
  const auto sessions = text::cookie_values(request.cookie, cookie_name::session);
  if (!sessions.empty()) origin.session_hash = crypto::sha256(sessions.front());
  return origin;
}

audit::Event audit_event(const Exchange& exchange, std::string name,
                         std::optional<AccountId> account_id) {
  audit::Event event;
  event.at = exchange.now();
  event.name = std::move(name);
  event.origin = audit_origin(exchange);
  event.account_id = account_id;
  return event;
}

Task<void> keep_in_trail(const Exchange& exchange, audit::Event event) {
  const std::string what = event.name + (event.reason.empty() ? "" : " (" + event.reason + ")");
  try {
    co_await audit::record(exchange.worker->postgres, std::move(event));
  } catch (const std::exception& failure) {
    exchange.worker->log.write(Log::Severity::error, exchange.request->id,
                               what + " was not audited: " + failure.what());
  }
}

}  // namespace vneid::flows
