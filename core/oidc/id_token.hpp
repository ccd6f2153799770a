#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "async/event_loop.hpp"
#include "oidc/json.hpp"
#include "oidc/key_set.hpp"

namespace vneid::oidc {

enum class IdTokenError {
  malformed,    ///< not a strict compact JWS of strict JSON
  algorithm,    ///< none, symmetric or unknown `alg`
  type,         ///< another kind of token, such as a logout token
  unknown_key,  ///< no key of the set fits; a fresh set may have one
  signature,
  issuer,
  audience,  ///< not for us, or also for others without `azp`
  subject,
  expired,
  issued_at,
  not_before,
  nonce,
  access_token_hash,
};

struct IdTokenFailure {
  IdTokenError error = IdTokenError::malformed;
  std::string text;  ///< for the log: which rule, never a value from the token
  /// The token named no key. A changed key then shows as a wrong signature.
  bool key_unnamed = false;
};

/// What a token must agree with.
struct IdTokenExpectations {
  std::string issuer;
  std::string client_id;
  std::string nonce;         ///< of this flow; an empty one fits no token
  std::string access_token;  ///< that came with it, for `at_hash`
  Wall now;
  Milliseconds leeway{30'000};  ///< for clocks that disagree, on exp, iat and nbf
};

/// An ID token all of whose checks held.
struct IdToken {
  std::string subject;  ///< 1 to 255 bytes
  Json claims;          ///< the whole payload
};

/// Verifies an ID token whole: OpenID Connect Core 1.0 §3.1.3.7 and §3.1.3.8, RFC 8725, and
/// `sub` other than our client id (RFC 9700 §4.15). A pure function of its arguments.
std::expected<IdToken, IdTokenFailure> verify_id_token(std::string_view token, const KeySet& keys,
                                                       const IdTokenExpectations& expectations);

}  // namespace vneid::oidc
