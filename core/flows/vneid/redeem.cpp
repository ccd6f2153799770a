#include "flows/vneid/redeem.hpp"

#include <utility>

namespace vneid::flows {

namespace {

/// Whoever sat at this shared PC before may be who the provider remembers (OpenID Connect Core 1.0
/// §3.1.2.1, max_age). A provider that does not tell when is believed to have obeyed `prompt`.
bool is_stale(const Authorization& authorization, const oidc::VerifiedIdentity& person,
              Milliseconds leeway) {
  return authorization.fresh_since != Wall{} && person.authenticated_at &&
         *person.authenticated_at + leeway < authorization.fresh_since;
}

}  // namespace

Task<oidc::IdentityProvider::RedemptionResult> redeem(Worker& worker, const Spending& spending) {
  const Authorization& authorization = spending.authorization;
  oidc::IdentityProvider& provider = *worker.providers.at(authorization.provider);
  oidc::Redemption redemption;
  redemption.code = spending.code.code;
  redemption.code_verifier = authorization.code_verifier;
  redemption.nonce = authorization.nonce;
  redemption.redirect_uri = authorization.redirect_uri;
  redemption.iss = spending.code.iss;
  redemption.encrypt_key = spending.code.encrypt_key;
  auto person = co_await provider.redeem(std::move(redemption));
  if (person && is_stale(authorization, *person, provider.settings().clock_leeway)) {
    oidc::RedemptionFailure stale;
    stale.reason = oidc::RedemptionFailure::Reason::id_token;
    stale.text = "the provider did not ask for a fresh login, as a kiosk must have it";
    co_return std::unexpected(std::move(stale));
  }
  co_return person;
}

}  // namespace vneid::flows
