#include "flows/vault/caller.hpp"

#include <string_view>
#include <utility>

#include "crypto/digest.hpp"
#include "flows/reply/reply.hpp"
#include "session/cookie.hpp"
#include "text/ascii.hpp"
#include "text/cookie.hpp"

namespace vneid::flows {

namespace {

/// The token of "Bearer TOKEN" (RFC 6750 §2.1); empty: there is none.
std::string_view bearer_token(std::string_view authorization) {
  constexpr std::string_view scheme = "bearer ";
  const auto begin = authorization.substr(0, scheme.size());
  if (!text::equal_without_case(begin, scheme)) return {};
  return text::trim(authorization.substr(scheme.size()));
}

Reply refuse_token(const Exchange& exchange, std::string_view cause) {
  exchange.worker->log.write(Log::Severity::warning, exchange.request->id,
                             "the portal's assertion is refused: " + std::string{cause});
  Reply reply = api_refusal(exchange, 401, "assertion");
  reply.headers.emplace_back("WWW-Authenticate", "Bearer error=\"invalid_token\"");
  return reply;
}

Task<std::expected<Caller, Reply>> by_assertion(const Exchange& exchange, std::string_view token) {
  Worker& worker = *exchange.worker;
  const auto refuse = [&exchange](std::string_view cause) {
    return std::unexpected(refuse_token(exchange, cause));
  };
  const auto shown =
      read_assertion(*worker.settings, *exchange.site, token, worker.loop.wall_now());
  if (!shown) co_return refuse(shown.error());
  const auto account = co_await worker.accounts.find(exchange.site->portal, shown->account);
  if (!account || account->closed || !account->linked) {
    co_return refuse("its account is closed or not linked any more");
  }
  const link::LinkSummary& linked = *account->linked;
  if (linked.kept_out) co_return refuse("its person is flagged by an officer");
  const std::string subject = portal_subject(*worker.settings, *exchange.site, linked.person_id);
  if (!crypto::equal_constant_time(subject, shown->subject)) {
    co_return refuse("its account is linked with somebody else by now");
  }
  Caller caller;
  caller.proof = Session::Proof::vneid;
  caller.account_id = account->id;
  caller.person_id = linked.person_id;
  caller.link_id = linked.link_id;
  caller.provider = linked.provider;
  co_return caller;
}

}  // namespace

vault::Owner Caller::owner() const {
  if (by_vneid()) return person_id;
  return account_id;
}

Caller caller_of(LiveSession live) {
  const Session& session = live.session;
  Caller caller;
  caller.proof = session.proof;
  caller.account_id = session.account_id;
  if (caller.by_vneid()) {
    caller.person_id = session.person_id;
    caller.link_id = session.link_id;
    caller.provider = session.provider;
  }
  caller.live = std::move(live);
  return caller;
}

Task<std::expected<Caller, Reply>> require_caller(const Exchange& exchange) {
  const Request& request = *exchange.request;
  const std::string_view token = bearer_token(request.authorization);
  const bool has_session = !text::cookie_values(request.cookie, cookie_name::session).empty();
  if (exchange.site->reuse && !token.empty() && !has_session) {
    co_return co_await by_assertion(exchange, token);
  }
  auto live = co_await require_session(exchange);
  if (!live) co_return std::unexpected(std::move(live.error()));
  co_return caller_of(*std::move(live));
}

audit::Event vault_event(const Exchange& exchange, std::string name, const Caller& caller) {
  audit::Event event = audit_event(exchange, std::move(name), caller.account_id);
  if (caller.by_vneid()) {
    event.provider = caller.provider;
    if (caller.link_id.value() != 0) event.link_id = caller.link_id;
  }
  return event;
}

}  // namespace vneid::flows
