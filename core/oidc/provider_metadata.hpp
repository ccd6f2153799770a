#pragma once

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>

#include "oidc/provider_settings.hpp"

namespace vneid::oidc {

/// What a provider says of itself (OpenID Connect Discovery 1.0 §3), after checking.
struct Metadata {
  std::string issuer;
  std::string authorization_endpoint;
  std::string token_endpoint;
  std::string jwks_uri;
  std::string userinfo_endpoint;     ///< empty: the ID token is all we get
  std::string end_session_endpoint;  ///< empty: no RP-initiated logout
  /// The authorization response always carries `iss` (RFC 9207 §3), so one without is forged.
  bool announces_response_iss = false;
};

inline constexpr std::size_t max_metadata_size = std::size_t{256} * 1024;

/// Where the document of an issuer is (OpenID Connect Discovery 1.0 §4).
std::string discovery_url(std::string_view issuer);

/// Parses a discovery document and refuses one that is not this issuer's, has an endpoint that is
/// not https (http only for an http issuer that was allowed on purpose), or announces that
/// it cannot do the code flow, PKCE with S256 (RFC 9700 §2.1.1) or our client authentication. The
/// error is for the operator's log.
std::expected<Metadata, std::string> parse_metadata(std::string_view document,
                                                    const ProviderSettings& settings);

}  // namespace vneid::oidc
