#include "flows/identity/own_profile.hpp"

namespace vneid::flows {

Task<std::optional<link::IdentityProfile>> own_profile(const Exchange& exchange, Session session) {
  co_return co_await exchange.worker->identities.read(session.account_id, session.person_id);
}

Reply account_gone(const Exchange& exchange) {
  return error_reply(exchange, pages::ErrorKind::not_found, "the account of this session is gone");
}

Reply see_identity(const Exchange& exchange, const char* done) {
  return redirect(exchange.site->path + "identity?done=" + done);
}

}  // namespace vneid::flows
