// The signed tokens of a provider, verified with its present keys.
#include <utility>

#include "oidc/provider.hpp"

namespace vneid::oidc {

namespace {

/// Whether newer keys might change the verdict.
bool keys_may_be_old(const TokenFailure& failure) noexcept {
  return failure.error == TokenError::unknown_key ||
         (failure.error == TokenError::signature && failure.key_unnamed);
}

}  // namespace

template <class Token>
Task<std::expected<Token, TokenFailure>> Provider::judge(Judgement<Token> judgement) {
  KeysPtr current = co_await keys();
  std::expected<Token, TokenFailure> verdict = judgement(*current, loop_.wall_now());
  if (verdict || !keys_may_be_old(verdict.error())) co_return verdict;
  const KeysPtr newer = co_await keys_again();
  if (newer == current) {
    if (!last_failure_.empty()) unavailable("keys: a newer set is needed and cannot be had");
    co_return verdict;
  }
  co_return judgement(*newer, loop_.wall_now());
}

Task<Provider::Verified> Provider::verify(const TokenResponse& tokens, std::string nonce) {
  IdTokenExpectations expectations{
      .issuer = settings_.issuer,
      .client_id = settings_.client_id,
      .nonce = std::move(nonce),
      .access_token = tokens.access_token.reveal(),
      .now = {},
      .leeway = settings_.clock_leeway,
  };
  Judgement<IdToken> judgement = [&tokens, &expectations](const KeySet& keys, Wall now) {
    expectations.now = now;
    return verify_id_token(tokens.id_token.reveal(), keys, expectations);
  };
  co_return co_await judge<IdToken>(std::move(judgement));
}

Task<std::expected<LogoutToken, LogoutFailure>> Provider::logout_token(std::string jwt) {
  Judgement<LogoutToken> judgement = [this, &jwt](const KeySet& keys, Wall now) {
    const LogoutExpectations expectations{.issuer = settings_.issuer,
                                          .client_id = settings_.client_id,
                                          .now = now,
                                          .leeway = settings_.clock_leeway};
    return verify_logout_token(jwt, keys, expectations);
  };
  co_return co_await judge<LogoutToken>(std::move(judgement));
}

}  // namespace vneid::oidc
