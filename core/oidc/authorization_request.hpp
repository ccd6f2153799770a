#pragma once

#include <string>

#include "oidc/provider_metadata.hpp"
#include "oidc/provider_settings.hpp"

namespace vneid::oidc {

/// What may differ from one request to the next. Empty: not sent.
struct AuthorizationOptions {
  std::string prompt;      ///< e.g. "login" on a shared desk PC (domain.md §4.4)
  std::string max_age;     ///< seconds since the person last proved who they are, e.g. "0"
  std::string login_hint;  ///< never a full citizen's number: it stays in browser histories
  std::string ui_locales;  ///< e.g. "vi"
  std::string acr_values;
};

/// Where to send the browser, and what must be kept on the server until it comes back.
struct AuthorizationRequest {
  std::string url;
  std::string state;  ///< 256 random bits, as are the next two
  std::string nonce;
  std::string code_verifier;  ///< secret of this flow
};

/// The S256 challenge of a verifier (RFC 7636 §4.2).
std::string code_challenge(const std::string& code_verifier);

/// Code flow with state, nonce and PKCE S256 (RFC 9700 §2.1.1), all fresh.
AuthorizationRequest make_authorization_request(const Metadata& metadata,
                                                const ProviderSettings& settings,
                                                const std::string& redirect_uri,
                                                const AuthorizationOptions& options);

/// Profile `vneid-direct` (domain.md §4.2): a fresh state and nothing else of ours. The provider
/// knows neither nonce nor PKCE, and both stay empty; what binds the code to the browser is that
/// the state is used once and found for the browser that began only (D6).
AuthorizationRequest make_direct_authorization_request(const ProviderSettings& settings,
                                                       const std::string& redirect_uri,
                                                       const AuthorizationOptions& options);

}  // namespace vneid::oidc
