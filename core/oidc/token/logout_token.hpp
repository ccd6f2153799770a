#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "async/event_loop.hpp"
#include "oidc/jose/key_set.hpp"
#include "oidc/token/token_checks.hpp"

namespace vneid::oidc {

using LogoutFailure = TokenFailure;

/// What a logout token must agree with.
struct LogoutExpectations {
  std::string issuer;
  std::string client_id;
  Wall now;
  Milliseconds leeway{30'000};  ///< for clocks that disagree, on exp, iat and nbf
};

/// A logout token all of whose checks held. It asks to end one session of the provider
/// (`session_id`), or all sessions of a person when that is empty.
struct LogoutToken {
  /// A token is not believed for longer after its `iat`, however late its `exp` is, so that the
  /// memory for replays has a bound.
  static constexpr std::chrono::hours max_age{24};

  std::string subject;     ///< `sub`, 1 to 255 bytes; empty: not told, then session_id is
  std::string session_id;  ///< `sid`, 1 to 255 bytes; empty: not told, then subject is
  std::string token_id;    ///< `jti`, 1 to 255 bytes
  Wall good_until;         ///< from here on it is refused, leeway included
};

/// Logout tokens are small; larger ones are refused unread.
inline constexpr std::size_t max_logout_token_size = std::size_t{16} * 1024;

/// Verifies a logout token whole: OpenID Connect Back-Channel Logout 1.0 §2.4 to §2.6, RFC 8725.
/// An ID token does not pass. Whether the token was used before is for the caller to find out
/// (LogoutTokens::claim). A pure function of its arguments.
std::expected<LogoutToken, LogoutFailure> verify_logout_token(
    std::string_view token, const KeySet& keys, const LogoutExpectations& expectations);

}  // namespace vneid::oidc
