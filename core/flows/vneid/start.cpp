#include "flows/vneid/start.hpp"

#include <expected>
#include <string>
#include <utility>

#include "crypto/random.hpp"
#include "flows/reply/reply.hpp"
#include "flows/vneid/callback_page.hpp"
#include "net/unavailable.hpp"
#include "session/cookie.hpp"

namespace vneid::flows {

namespace {

/// At a kiosk whoever sat there before must not be let in again (domain.md §4.4).
void ask_for_fresh_login(const Exchange& exchange, oidc::AuthorizationOptions& options,
                         Authorization& authorization) {
  options.prompt = "login";
  options.max_age = "0";
  authorization.fresh_since =
      exchange.worker->loop.wall_now();  // the provider's clock is no rehearsal's
}

/// The request to send the browser to the provider with; why not, when nobody is there.
Task<std::expected<oidc::AuthorizationRequest, std::string>> ask_provider(
    const Exchange& exchange, const Authorization& authorization,
    oidc::AuthorizationOptions options) {
  oidc::IdentityProvider& provider = *exchange.worker->providers.at(authorization.provider);
  try {
    co_await provider.require_reachable();
    co_return co_await provider.authorization_request(authorization.redirect_uri,
                                                      std::move(options));
  } catch (const Unavailable& failure) {
    if (failure.dependency() != Unavailable::Dependency::provider) throw;
    co_return std::unexpected(std::string{failure.what()});
  }
}

}  // namespace

Task<Reply> start_authorization(const Exchange& exchange, Purpose purpose) {
  Authorization authorization;
  authorization.purpose = std::move(purpose);
  authorization.provider = exchange.site->provider;
  authorization.redirect_uri =
      exchange.site->origin + exchange.site->path + "callback/" + authorization.provider;
  oidc::AuthorizationOptions options;
  if (exchange.site->kiosk) ask_for_fresh_login(exchange, options, authorization);
  auto asked = co_await ask_provider(exchange, authorization, std::move(options));
  if (!asked) {
    co_return co_await failure_page(exchange, authorization.purpose,
                                    Failed{.kind = pages::ErrorKind::provider_away}, asked.error());
  }
  oidc::AuthorizationRequest& request = *asked;
  authorization.nonce = std::move(request.nonce);
  authorization.code_verifier = std::move(request.code_verifier);
  std::string browser = browser_of(exchange.request->cookie);
  if (browser.empty()) browser = crypto::random_token();
  co_await Authorizations{*exchange.worker}.begin(State{std::move(request.state)},
                                                  BrowserId{browser}, std::move(authorization));
  Reply reply = redirect(std::move(request.url));
  reply.headers.emplace_back("Set-Cookie", set_cookie(cookie_name::flow, browser));
  co_return reply;
}

}  // namespace vneid::flows
