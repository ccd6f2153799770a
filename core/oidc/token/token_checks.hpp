#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include <jansson.h>

#include "async/event_loop.hpp"
#include "oidc/jose/compact_jws.hpp"
#include "oidc/jose/key_set.hpp"

namespace vneid::oidc {

/// Why a token of the provider is not believed. ID tokens and logout tokens share most rules.
enum class TokenError {
  malformed,    ///< not a strict compact JWS of strict JSON
  algorithm,    ///< none, symmetric or unknown `alg`
  type,         ///< another kind of token: a logout token is no ID token, nor the reverse
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
  events,    ///< of a logout token: not the event of back-channel logout
  token_id,  ///< of a logout token: `jti`
  session,   ///< of a logout token: `sid`, or neither `sub` nor `sid`
};

struct TokenFailure {
  TokenError error = TokenError::malformed;
  std::string text;  ///< for the log: which rule, never a value from the token
  /// The token named no key. A changed key then shows as a wrong signature.
  bool key_unnamed = false;
};

/// The event of OpenID Connect Back-Channel Logout 1.0 §2.4.
inline constexpr const char* logout_event = "http://schemas.openid.net/event/backchannel-logout";

/// The rules that both kinds of token share. Each gives the failure, or nothing when it holds.
namespace token_checks {

using Check = std::optional<TokenFailure>;

TokenFailure failure(TokenError error, std::string text);

/// Reads the token and refuses one that is no strict JWS.
std::expected<CompactJws, TokenFailure> read(std::string_view token);

/// Signed with a key of the set that fits the token's algorithm and key id.
Check signature(const CompactJws& jws, std::string_view token, const KeySet& keys);

/// `aud` names us, and nobody else unless `azp` names us (OpenID Connect Core 1.0 §3.1.3.7).
Check audience(const json_t* claims, const std::string& client_id);

/// `sub` is a text of 1 to 255 bytes other than our client id (RFC 9700 §4.15).
Check subject(const json_t* claims, const std::string& client_id);

/// `exp`, `iat` and, where there is one, `nbf`, each with `leeway` for clocks that disagree.
Check times(const json_t* claims, Wall now, Milliseconds leeway);

/// A NumericDate of this era, in seconds.
std::optional<double> instant(const json_t* claims, const char* name);

/// A text of 1 to 255 bytes, as Core has it for `sub` and we for `sid` and `jti`.
bool is_name(const json_t* value);

}  // namespace token_checks

}  // namespace vneid::oidc
