#pragma once

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>

#include "oidc/jose/secret.hpp"
#include "text/json.hpp"

namespace vneid::oidc {

inline constexpr std::size_t max_token_response_size = std::size_t{256} * 1024;
inline constexpr std::size_t max_userinfo_size = std::size_t{256} * 1024;

/// What the token endpoint gave for a code (OpenID Connect Core 1.0 §3.1.3.3).
struct TokenResponse {
  Secret access_token;
  Secret id_token;
};

struct TokenRefusal {
  /// The code, not the provider, is at fault: spent, expired, or with another verifier
  /// (RFC 6749 §5.2 invalid_grant). Otherwise the provider is of no use at present.
  bool code_rejected = false;
  std::string text;  ///< for the log: status and error name, never what the provider wrote
};

/// Reads the answer of the token endpoint. Whatever is not a whole answer with a bearer token and
/// an ID token, or a JSON error, is an outage: a gateway's HTML page with status 200 too.
std::expected<TokenResponse, TokenRefusal> read_token_response(int status, std::string_view body);

/// The same for profile `vneid-direct`, whose answer may have been encrypted: no ID token, and
/// `token_type` may be left out. Gives an empty `id_token`.
std::expected<TokenResponse, TokenRefusal> read_direct_token_response(int status,
                                                                      const json_t* answer);

enum class UserinfoError {
  unusable,      ///< no JSON object: an outage
  subject,       ///< of another person (OpenID Connect Core 1.0 §5.3.2), or of nobody
  contradicted,  ///< another citizen's number than the ID token's
};

/// Adds to the claims of a verified ID token what userinfo says. What the ID token says stands,
/// being signed; the two must agree on `sub` and on the claim named `citizen_id_claim`.
std::expected<void, UserinfoError> merge_userinfo(json_t* id_token_claims, std::string_view body,
                                                  const std::string& citizen_id_claim);

}  // namespace vneid::oidc
