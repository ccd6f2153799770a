#include "flows/base/audit_origin.hpp"

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

}  // namespace vneid::flows
