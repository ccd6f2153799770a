#include <exception>
#include <optional>
#include <utility>

#include "flows/reply/reply.hpp"
#include "flows/sign_out/sign_out.hpp"
#include "link/stored_values.hpp"

namespace vneid::flows {

namespace {

enum class Ending { done, replayed, stores_away };

/// No page: a program asks (OpenID Connect Back-Channel Logout 1.0 §2.8).
Reply told(int status, std::string_view error) {
  Reply reply;
  reply.status = status;
  reply.headers = {{"Cache-Control", "no-store"}};
  if (status == 503) reply.headers.emplace_back("Retry-After", "30");
  if (error.empty()) return reply;
  reply.headers.emplace_back("Content-Type", "application/json");
  reply.body = R"({"error":")" + std::string{error} + "\"}";
  return reply;
}

void log(const Exchange& exchange, Log::Severity severity, const std::string& text) {
  exchange.worker->log.write(severity, exchange.request->id, "back-channel logout: " + text);
}

Reply refused(const Exchange& exchange, const std::string& cause) {
  log(exchange, Log::Severity::warning, "refused: " + cause);
  return told(400, "invalid_request");
}

Reply not_now(const Exchange& exchange, const std::string& cause) {
  log(exchange, Log::Severity::error, cause);
  return told(503, "temporarily_unavailable");
}

Task<std::int64_t> end_named(const Exchange& exchange, std::string provider,
                             oidc::LogoutToken token) {
  Worker& worker = *exchange.worker;
  if (!token.session_id.empty()) {
    co_return co_await worker.sessions.end_sid(provider, token.session_id);
  }
  const std::string& issuer = worker.providers.at(provider)->settings().issuer;
  const SubjectKey subject = link::subject_key(*worker.settings->keys, issuer, token.subject);
  co_return co_await worker.sessions.end_subject(provider, subject);
}

audit::Event ended_by_provider(const Exchange& exchange, std::string provider) {
  audit::Event event = audit_event(exchange, "session.ended", std::nullopt);
  event.reason = "backchannel_logout";
  event.provider = std::move(provider);
  return event;
}

/// The claim of a token whose sessions live on: the provider's next try must count.
Task<void> take_back(const Exchange& exchange, std::string issuer, std::string token_id) {
  try {
    co_await exchange.worker->logout_tokens.forget(std::move(issuer), std::move(token_id));
  } catch (const std::exception& failure) {
    log(exchange, Log::Severity::error,
        std::string("the claim of a token was not taken back: ") + failure.what());
  }
}

Task<Ending> end_or_take_back(const Exchange& exchange, std::string provider, std::string issuer,
                              oidc::LogoutToken token) {
  try {
    std::string name = provider;
    std::int64_t ended = co_await end_named(exchange, std::move(provider), token);
    log(exchange, Log::Severity::info, std::to_string(ended) + " sessions ended");
    co_await keep_in_trail(exchange, ended_by_provider(exchange, std::move(name)));
    co_return Ending::done;
  } catch (const std::exception& failure) {
    log(exchange, Log::Severity::error, failure.what());
  }
  co_await take_back(exchange, std::move(issuer), std::move(token.token_id));
  co_return Ending::stores_away;
}

/// Runs in the worker's scope: between the claim and the end of the sessions nobody may leave.
Task<Ending> claim_and_end(Exchange exchange, std::string provider, oidc::LogoutToken token) {
  Worker& worker = *exchange.worker;
  std::string issuer = worker.providers.at(provider)->settings().issuer;
  std::optional<LogoutTokens::Use> use;
  try {
    // The token's times are the provider's: no rehearsal moves them.
    use = co_await worker.logout_tokens.claim(issuer, token.token_id, token.good_until,
                                              worker.loop.wall_now());
  } catch (const std::exception& failure) {
    log(exchange, Log::Severity::error, failure.what());
  }
  if (!use) co_return Ending::stores_away;
  if (*use == LogoutTokens::Use::replayed) co_return Ending::replayed;
  co_return co_await end_or_take_back(exchange, std::move(provider), std::move(issuer),
                                      std::move(token));
}

}  // namespace

Task<Reply> backchannel_logout(const Exchange& exchange, std::string provider) {
  if (provider != exchange.site->provider) co_return refused(exchange, "no such provider here");
  std::string jwt = exchange.request->body_is_form
                        ? form_field(exchange.request->body, "logout_token")
                        : std::string{};
  if (jwt.empty()) co_return refused(exchange, "no form with one logout_token");
  std::string away;
  std::expected<oidc::LogoutToken, oidc::LogoutFailure> token;
  try {
    token = co_await exchange.worker->providers.at(provider)->logout_token(std::move(jwt));
  } catch (const std::exception& failure) {
    away = failure.what();
  }
  if (!away.empty()) co_return not_now(exchange, away);
  if (!token) co_return refused(exchange, token.error().text);
  auto joined = exchange.worker->scope.start(claim_and_end(exchange, provider, std::move(*token)));
  Ending ending = co_await joined;
  if (ending == Ending::stores_away) co_return told(503, "temporarily_unavailable");
  if (ending == Ending::replayed) co_return refused(exchange, "the token was used before");
  co_return told(200, "");
}

}  // namespace vneid::flows
