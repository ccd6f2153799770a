#pragma once

#include <optional>
#include <string>

#include "oidc/jose/secret.hpp"
#include "oidc/provider_metadata.hpp"

namespace vneid::oidc {

/// Ends the provider's own session (OpenID Connect RP-Initiated Logout 1.0 §2).
struct LogoutRequest {
  Secret id_token_hint;  ///< may be empty: then the client id stands in for it
  std::string client_id;
  std::string post_logout_redirect_uri;  ///< may be empty
  std::string state;                     ///< comes back with the redirect; may be empty
};

/// The URL to send the browser to; nothing when the provider announces no such endpoint.
std::optional<std::string> logout_url(const Metadata& metadata, const LogoutRequest& request);

}  // namespace vneid::oidc
