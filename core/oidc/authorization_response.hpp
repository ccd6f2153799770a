#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "oidc/provider_metadata.hpp"

namespace vneid::oidc {

inline constexpr std::size_t max_callback_query_size = std::size_t{8} * 1024;

/// The provider sent the browser back with a code.
struct CodeResponse {
  std::string code;
  std::string state;
  std::optional<std::string> iss;                         ///< RFC 9207
  std::optional<std::string> encrypt_key = std::nullopt;  ///< profile `vneid-direct`
};

/// Why a provider refused (RFC 6749 §4.1.2.1, OpenID Connect Core 1.0 §3.1.2.6).
enum class ProviderError {
  cancelled,       ///< access_denied: the person pressed "cancel"
  login_required,  ///< also interaction_, consent_ and account_selection_required
  temporarily_unavailable,
  server_error,
  other,  ///< invalid_scope and the like: a matter for the operator
};

/// The provider sent the browser back without a code.
struct ErrorResponse {
  ProviderError error = ProviderError::other;
  std::string name;  ///< the error's own name if it is [a-z_]{1,64}, for the log; else empty
  std::string state;
  std::optional<std::string> iss;
};

/// Not an authorization response: answer 400, touch nothing.
struct MalformedResponse {
  std::string cause;  ///< for the log, without any value
};

using AuthorizationResponse = std::variant<CodeResponse, ErrorResponse, MalformedResponse>;

/// Reads the raw query of a callback, without '?'. Strict: broken encoding, control characters, no
/// UTF-8, a parameter of ours twice or empty, a missing state, both code and error or neither:
/// all malformed. Other parameters (session_state, scope, …) are passed over.
///
/// Queries are form-encoded (RFC 6749 §4.1.2), so a raw '+' is a blank. A provider that puts
/// base64 into its code without encoding the '+' (VNeID direct, domain.md §4.2) is not a
/// provider of profile `oidc`.
AuthorizationResponse parse_authorization_response(std::string_view query);

/// The same for profile `vneid-direct` (domain.md §4.2), as strictly. Its `code` and `encrypt_key`
/// are base64, written with a raw '+' or with %2B; a blank in them is taken for the '+' it was.
/// `encrypt_key` comes with encrypted codes only.
AuthorizationResponse parse_direct_response(std::string_view query);

/// Whether the answer came from the provider it was asked of (RFC 9207 §2.4): equal when present,
/// present when announced. To be asked before any call to the provider (mix-up, RFC 9700 §4.4).
bool response_issuer_matches(const Metadata& metadata, const std::optional<std::string>& iss);

}  // namespace vneid::oidc
