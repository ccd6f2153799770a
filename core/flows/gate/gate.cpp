#include "flows/gate/gate.hpp"

#include <optional>
#include <string>
#include <utility>

#include "flows/base/base.hpp"
#include "flows/gate/request_intent.hpp"
#include "flows/reply/reply.hpp"
#include "net/unavailable.hpp"

namespace vneid::flows {

namespace {

using policy::Shown;

/// What a session that was read proves here.
Shown shown_by(const Exchange& exchange, const std::optional<LiveSession>& live) {
  const auto& settings = *exchange.worker->settings;
  const bool usable = live && counts(exchange, live->session);
  if (!usable || !is_of_portal_session(exchange, *live)) return {};
  const Session& session = live->session;
  Shown shown;
  shown.kind = session.kind;
  if (session.proof != Session::Proof::vneid) {
    shown.proof = Shown::Proof::legacy;
    return shown;
  }
  shown.proof = Shown::Proof::vneid;
  shown.linked = static_cast<bool>(session.link_id);
  // A provider lets nobody in below its required_level.
  const auto provider = settings.providers.find(session.provider);
  shown.level2 = provider != settings.providers.end() && provider->second.required_level >= 2;
  return shown;
}

GateVerdict answered(Reply reply) {
  GateVerdict verdict;
  verdict.next = GateVerdict::Next::answer;
  verdict.reply = std::move(reply);
  return verdict;
}

Reply sign_in_first(const Exchange& exchange) {
  const std::string login = login_url(exchange.site->path, {});
  const auto body = api_error(exchange, "sign_in");
  json_object_set_new(body.get(), "login", json_stringn(login.data(), login.size()));
  return json_reply(401, body.get());
}

GateVerdict refused(const Exchange& exchange) {
  const Asked kind = asked(*exchange.request);
  const bool to_login = kind == Asked::page || kind == Asked::form;
  exchange.count(to_login ? metrics::Gate::sent_to_login : metrics::Gate::unauthorized);
  switch (kind) {
    case Asked::page:
      return answered(redirect(login_url(exchange.site->path, exchange.request->target)));
    case Asked::form: {
      GateVerdict verdict;
      verdict.next = GateVerdict::Next::keep_post;
      return verdict;
    }
    case Asked::guessed:
      return answered(not_now());
    case Asked::other:
      break;
  }
  return answered(sign_in_first(exchange));
}

/// Redis cannot tell, and nobody here has seen the session lately.
GateVerdict unknown(const Exchange& exchange, const std::string& cause) {
  const auto kind = asked(*exchange.request);
  if (kind == Asked::page || kind == Asked::form) {
    return answered(error_reply(exchange, pages::ErrorKind::stores_away, cause));
  }
  if (kind == Asked::guessed) return answered(not_now());
  exchange.worker->log.write(Log::Severity::error, exchange.request->id, cause);
  const auto status = pages::error_status(pages::ErrorKind::stores_away);
  const auto body = api_error(exchange, error_name(pages::ErrorKind::stores_away));
  Reply reply = json_reply(status.status, body.get());
  reply.headers.emplace_back("Retry-After", std::to_string(status.retry_after));
  return answered(std::move(reply));
}

}  // namespace

Task<GateVerdict> gate(const Exchange& exchange, policy::Requirement requirement,
                       std::optional<SessionFacts> known) {
  Worker& worker = *exchange.worker;
  const std::string& cookies = exchange.request->cookie;
  std::optional<LiveSession> live;
  std::optional<Unavailable> away;
  try {
    if (known && known->state == SessionFacts::State::found) {
      live = std::move(known->live);
    } else if (!known || known->state == SessionFacts::State::unknown) {
      live = co_await exchange.sessions().read(cookies, exchange.now());
    }
  } catch (const Unavailable& failure) {
    away = failure;
  }
  if (live) {
    exchange.sessions().remember(*live, worker.loop.now());
  } else if (away && away->kind() != FailureKind::misconfigured) {
    live = exchange.sessions().remembered(cookies, exchange.now(), worker.loop.now(),
                                          exchange.site->session_grace);
  }
  const Shown shown = shown_by(exchange, live);
  if (policy::admits(requirement, shown, exchange.site->policy, exchange.now())) {
    exchange.count(metrics::Gate::allowed);
    co_return GateVerdict{};
  }
  if (away && !live) {
    exchange.count(metrics::Gate::unknown);
    co_return unknown(exchange, std::string{"gate: "} + away->what());
  }
  co_return refused(exchange);
}

}  // namespace vneid::flows
