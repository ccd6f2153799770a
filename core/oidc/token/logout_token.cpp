#include "oidc/token/logout_token.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>

#include "certain.hpp"

namespace vneid::oidc {

namespace {

using token_checks::Check;
using token_checks::failure;

Check check_events(const json_t* claims) {
  const json_t* events = json_object_get(claims, "events");
  if (!json_is_object(events) || !json_is_object(json_object_get(events, logout_event))) {
    return failure(TokenError::events, "events does not hold the event of a logout");
  }
  return std::nullopt;
}

Check check_target(const json_t* claims, const std::string& client_id) {
  const json_t* subject = json_object_get(claims, "sub");
  const json_t* session = json_object_get(claims, "sid");
  if (subject == nullptr && session == nullptr) {
    return failure(TokenError::session, "neither sub nor sid is there");
  }
  if (session != nullptr && !token_checks::is_name(session)) {
    return failure(TokenError::session, "sid is empty, too long or not a text");
  }
  return subject == nullptr ? std::nullopt : token_checks::subject(claims, client_id);
}

Wall at(double seconds) {
  return Wall{Milliseconds{static_cast<std::int64_t>(std::ceil(seconds * 1000.0))}};
}

Wall end_of(const json_t* claims, const LogoutExpectations& expectations) {
  const Wall expires = at(certain(token_checks::instant(claims, "exp")));
  const Wall oldest = at(certain(token_checks::instant(claims, "iat"))) + LogoutToken::max_age;
  return std::min(expires, oldest) + expectations.leeway;
}

Check check_claims(const json_t* claims, const LogoutExpectations& expectations) {
  if (text::json_text(claims, "iss") != expectations.issuer) {
    return failure(TokenError::issuer, "iss is not the provider's");
  }
  if (auto failed = token_checks::audience(claims, expectations.client_id)) return failed;
  if (auto failed = token_checks::times(claims, expectations.now, expectations.leeway)) {
    return failed;
  }
  if (expectations.now >= end_of(claims, expectations)) {
    return failure(TokenError::issued_at, "iat is too long ago");
  }
  if (!token_checks::is_name(json_object_get(claims, "jti"))) {
    return failure(TokenError::token_id, "jti is missing, empty, too long or not a text");
  }
  if (auto failed = check_events(claims)) return failed;
  if (json_object_get(claims, "nonce") != nullptr) {
    return failure(TokenError::nonce, "nonce is there, so it may be an ID token");
  }
  return check_target(claims, expectations.client_id);
}

}  // namespace

std::expected<LogoutToken, LogoutFailure> verify_logout_token(
    std::string_view token, const KeySet& keys, const LogoutExpectations& expectations) {
  if (token.size() > max_logout_token_size) {
    return std::unexpected{failure(TokenError::malformed, "token is too large")};
  }
  const auto jws = token_checks::read(token);
  if (!jws) return std::unexpected{jws.error()};
  if (!jws->type.empty() && jws->type != "jwt" && jws->type != "logout+jwt") {
    return std::unexpected{failure(TokenError::type, "typ is another kind of token")};
  }
  if (auto failed = token_checks::signature(*jws, token, keys)) return std::unexpected{*failed};
  const json_t* claims = jws->payload.get();
  if (auto failed = check_claims(claims, expectations)) return std::unexpected{*failed};
  return LogoutToken{.subject = text::json_text(claims, "sub").value_or(""),
                     .session_id = text::json_text(claims, "sid").value_or(""),
                     .token_id = certain(text::json_text(claims, "jti")),
                     .good_until = end_of(claims, expectations)};
}

}  // namespace vneid::oidc
