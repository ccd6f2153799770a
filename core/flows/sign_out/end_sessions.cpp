#include "flows/sign_out/end_sessions.hpp"

#include <utility>

#include "net/unavailable.hpp"
#include "oidc/logout.hpp"
#include "session/cookie.hpp"
#include "session/fields.hpp"
#include "text/cookie.hpp"

namespace vneid::flows {

namespace {

constexpr const char* purpose = "signed-out";
/// As long as the provider's pages may take to ask "sign out?".
constexpr std::chrono::minutes state_lifetime{10};

/// Where to after the provider, on the way through it in `state`.
struct Onward {
  std::string target;
  Wall at{};

  static void fields(auto& field, auto& self) {
    field("target", self.target);
    field("at", self.at);
  }
};

/// What the browser has of a login at the provider.
struct ProviderLogin {
  bool any = false;
  oidc::Secret hint;  ///< ID token; empty where the profile has none
};

Task<ProviderLogin> provider_login(const Exchange& exchange,
                                   const std::optional<LiveSession>& live) {
  ProviderLogin login;
  for (const auto value : text::cookie_values(exchange.request->cookie, cookie_name::session)) {
    // The hint outlives an idle session, so that who comes back late still signs out there.
    SessionToken token{std::string{value}};
    auto hint = co_await exchange.sessions().hint(std::move(token));
    if (!hint) continue;
    login.any = true;
    login.hint = oidc::Secret{std::move(*hint)};
    co_return login;
  }
  login.any = live && live->session.proof == Session::Proof::vneid;
  co_return login;
}

struct Ending {
  std::optional<LiveSession> live;
  ProviderLogin login;
};

/// What there is to end. That it cannot be told keeps nothing from ending.
Task<Ending> what_ends(const Exchange& exchange) {
  Ending ending;
  try {
    ending.live = co_await exchange.sessions().read(exchange.request->cookie, exchange.now());
    ending.login = co_await provider_login(exchange, ending.live);
  } catch (const Unavailable& away) {
    exchange.worker->log.write(
        Log::Severity::error, exchange.request->id,
        std::string{"a session ends that could not be read: its provider is not told, nor the "
                    "audit trail: "} +
            away.what());
  }
  co_return ending;
}

Task<void> end_now_or_later(const Exchange& exchange) {
  try {
    co_await exchange.sessions().end(exchange.request->cookie);
  } catch (const Unavailable&) {
    exchange.worker->unended.add(exchange.request->cookie, exchange.sessions().limits().idle);
    throw;
  }
}

std::string state_for(const Exchange& exchange, const std::string& target) {
  const Onward onward{target, exchange.now()};
  return exchange.worker->settings->keys->seal_text(purpose, exchange.site->origin,
                                                    sealed::to_text(onward));
}

/// Nothing when the provider has no such endpoint; Unavailable when it cannot be asked.
Task<std::optional<std::string>> provider_url(const Exchange& exchange, oidc::Secret hint,
                                              std::string target) {
  oidc::IdentityProvider& provider = *exchange.worker->providers.at(exchange.site->provider);
  auto metadata = co_await provider.metadata();
  oidc::LogoutRequest request;
  request.id_token_hint = std::move(hint);
  request.client_id = provider.settings().client_id;
  request.post_logout_redirect_uri = exchange.site->origin + exchange.site->path + "signed-out";
  request.state = state_for(exchange, target);
  co_return oidc::logout_url(*metadata, request);
}

}  // namespace

Task<SignedOut> end_browser_sessions(const Exchange& exchange, std::string target) {
  exchange.sessions().forget_here(exchange.request->cookie);
  auto [live, login] = co_await what_ends(exchange);
  co_await end_now_or_later(exchange);
  if (live) {
    audit::Event event = audit_event(exchange, "session.ended", live->session.account_id);
    event.reason = "sign_out";
    co_await keep_in_trail(exchange, std::move(event));
  }
  // The answer of a login that is held must not be released to whoever sits here next.
  auto dropped = co_await exchange.worker->tickets.release(exchange.request->cookie,
                                                           exchange.site->portal, exchange.now());
  static_cast<void>(dropped);
  SignedOut done;
  if (!login.any) co_return done;
  try {
    auto url = co_await provider_url(exchange, std::move(login.hint), std::move(target));
    if (url) done.provider_url = std::move(*url);
  } catch (const Unavailable& away) {
    exchange.worker->log.write(
        Log::Severity::warning, exchange.request->id,
        std::string("signed out here, the provider's session lives on: ") + away.what());
  }
  done.provider_left = done.provider_url.empty();
  co_return done;
}

std::optional<std::string> target_of(const Exchange& exchange, const std::string& state) {
  const auto text =
      exchange.worker->settings->keys->open_text(purpose, exchange.site->origin, state);
  if (!text) return std::nullopt;
  auto onward = sealed::from_text<Onward>(*text);
  if (!onward || onward->target.empty() || exchange.now() > onward->at + state_lifetime) {
    return std::nullopt;
  }
  return std::move(onward->target);
}

std::string provider_left_page(const Exchange& exchange, const std::string& target) {
  std::string page = exchange.site->path + "signed-out?because=provider";
  if (!target.empty()) page += "&state=" + state_for(exchange, target);
  return page;
}

HeaderList expired_cookies() {
  return {{"Set-Cookie", expire_cookie(cookie_name::session)},
          {"Set-Cookie", expire_cookie(cookie_name::ticket)},
          {"Set-Cookie", expire_cookie(cookie_name::flow)},
          {"Set-Cookie", expire_cookie(cookie_name::post)},
          {"Set-Cookie", expire_cookie(cookie_name::later)},
          {"Set-Cookie", expire_cookie(cookie_name::portal)}};
}

}  // namespace vneid::flows
