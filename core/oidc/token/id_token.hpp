#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "async/event_loop.hpp"
#include "oidc/jose/key_set.hpp"
#include "oidc/token/token_checks.hpp"
#include "text/json.hpp"

namespace vneid::oidc {

using IdTokenError = TokenError;
using IdTokenFailure = TokenFailure;

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
  std::string subject;     ///< 1 to 255 bytes
  std::string session_id;  ///< `sid`, the provider's session, 1 to 255 bytes; empty: not told
  text::Json claims;       ///< the whole payload
};

/// Verifies an ID token whole: OpenID Connect Core 1.0 §3.1.3.7 and §3.1.3.8, RFC 8725, and
/// `sub` other than our client id (RFC 9700 §4.15). A pure function of its arguments.
std::expected<IdToken, IdTokenFailure> verify_id_token(std::string_view token, const KeySet& keys,
                                                       const IdTokenExpectations& expectations);

}  // namespace vneid::oidc
