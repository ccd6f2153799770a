#include "flows/gate/gate.hpp"

#include <optional>
#include <string>
#include <utility>

#include "flows/base/base.hpp"
#include "flows/gate/kept_request.hpp"
#include "flows/reply/reply.hpp"
#include "net/unavailable.hpp"

namespace vneid::flows {

namespace {

using policy::Shown;

/// What a session that was read proves here.
Shown shown_by(const Glance& glance, const LiveSession* live, For whom) {
  const auto& settings = *glance.worker->settings;
  if (live == nullptr || !counts(glance, *live, whom)) return {};
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

bool admitted(const Glance& glance, policy::Requirement requirement, const Shown& shown) {
  if (!policy::admits(requirement, shown, glance.site->policy, glance.now())) return false;
  glance.count(metrics::Gate::allowed);
  return true;
}

GateVerdict answered(Reply reply) {
  GateVerdict verdict;
  verdict.next = GateVerdict::Next::answer;
  verdict.reply = std::move(reply);
  return verdict;
}

Reply sign_in_first(const Exchange& exchange) {
  const std::string login = page_url(exchange.site->path, "login", {});
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
      return answered(redirect(page_url(exchange.site->path, "login", exchange.request->target)));
    case Asked::form:
      if (is_of_own_page(*exchange.request, exchange.site->origin)) {
        return {.next = GateVerdict::Next::keep_post, .reply = {}};
      }
      // Another site's is not kept: the page that it was for can be asked for after the login.
      return answered(redirect(page_url(exchange.site->path, "login", exchange.request->target)));
    case Asked::guessed:
      return answered(not_now());
    case Asked::other:
      break;
  }
  return answered(sign_in_first(exchange));
}

/// Who has logged in with VNeID and got no session of the portal: another login would lead back
/// here, again and again.
GateVerdict not_entered(const Exchange& exchange) {
  const Asked kind = asked(*exchange.request);
  if (kind != Asked::page && kind != Asked::form) return refused(exchange);
  exchange.count(metrics::Gate::unauthorized);
  pages::ErrorPage page;
  page.kind = pages::ErrorKind::portal_away;
  page.retry_href = page_url(exchange.site->path, "login", exchange.request->target);
  return answered(error_reply(exchange, page,
                              "gate: the portal has opened no session for a login with VNeID: see "
                              "vneid_session_exchange and vneid_portal_cookie"));
}

/// A page for who asked for one, JSON for scripts.
Reply failed(const Exchange& exchange, pages::ErrorKind kind, const std::string& cause) {
  const Asked wish = asked(*exchange.request);
  if (wish == Asked::page || wish == Asked::form) return error_reply(exchange, kind, cause);
  exchange.worker->log.write(Log::Severity::error, exchange.request->id, cause);
  const auto status = pages::error_status(kind);
  Reply reply = json_reply(status.status, api_error(exchange, error_name(kind)).get());
  if (status.retry_after > 0) {
    reply.headers.emplace_back("Retry-After", std::to_string(status.retry_after));
  }
  return reply;
}

/// Redis cannot tell, and nobody here has seen the session lately.
GateVerdict unknown(const Exchange& exchange, const std::string& cause) {
  if (asked(*exchange.request) == Asked::guessed) return answered(not_now());
  return answered(failed(exchange, pages::ErrorKind::stores_away, cause));
}

}  // namespace

Task<Reply> refuse_path(const Exchange& exchange, std::string fault) {
  exchange.count(metrics::Gate::path);
  co_return failed(exchange, pages::ErrorKind::bad_request,
                   "the path is not read by all programs alike: " + fault);
}

bool passes_at_once(const Glance& glance, policy::Requirement requirement,
                    const SessionFacts* known) {
  if (known != nullptr) {
    return known->state == SessionFacts::State::found &&
           admitted(glance, requirement, shown_by(glance, &known->live, For::told_portal));
  }
  Worker& worker = *glance.worker;
  const auto* live =
      glance.sessions().known(glance.cookies, glance.now(), worker.loop.now(), worker.scope);
  return live != nullptr && admitted(glance, requirement, shown_by(glance, live, For::portal));
}

Task<GateVerdict> gate(const Exchange& exchange, policy::Requirement requirement,
                       SharedFacts known) {
  Worker& worker = *exchange.worker;
  if (known && known->state == SessionFacts::State::unknown) {
    // Let in now, the person would reach the portal as nobody.
    exchange.count(metrics::Gate::unknown);
    co_return unknown(exchange, "gate: the person could not be told to the portal");
  }
  const std::string& cookies = exchange.request->cookie;
  std::optional<LiveSession> live;
  std::optional<Unavailable> away;
  try {
    if (known && known->state == SessionFacts::State::found) {
      live = known->live;
    } else if (!known) {
      live = co_await exchange.sessions().recall(cookies, exchange.now(), worker.loop.now(),
                                                 worker.scope);
    }
  } catch (const Unavailable& failure) {
    away = failure;
  }
  if (away && away->kind() != FailureKind::misconfigured) {
    live = exchange.sessions().remembered(cookies, exchange.now(), worker.loop.now(),
                                          exchange.site->session_grace);
  }
  const Shown shown =
      shown_by(exchange, live ? &*live : nullptr, known ? For::told_portal : For::portal);
  if (admitted(exchange, requirement, shown)) co_return GateVerdict{};
  if (away && !live) {
    exchange.count(metrics::Gate::unknown);
    co_return unknown(exchange, std::string{"gate: "} + away->what());
  }
  if (live && awaits_portal(exchange, *live)) co_return not_entered(exchange);
  co_return refused(exchange);
}

}  // namespace vneid::flows
