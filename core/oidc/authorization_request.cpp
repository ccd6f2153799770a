#include "oidc/authorization_request.hpp"

#include "crypto/digest.hpp"
#include "crypto/random.hpp"
#include "text/form.hpp"

namespace vneid::oidc {

namespace {

void add_options(text::Parameters& parameters, const AuthorizationOptions& options) {
  const text::Parameters optional{
      {"prompt", options.prompt},         {"max_age", options.max_age},
      {"login_hint", options.login_hint}, {"ui_locales", options.ui_locales},
      {"acr_values", options.acr_values},
  };
  for (const auto& parameter : optional) {
    if (!parameter.second.empty()) parameters.push_back(parameter);
  }
}

}  // namespace

std::string code_challenge(const std::string& code_verifier) {
  return crypto::base64url_encode(crypto::sha256(code_verifier));
}

AuthorizationRequest make_authorization_request(const Metadata& metadata,
                                                const ProviderSettings& settings,
                                                const std::string& redirect_uri,
                                                const AuthorizationOptions& options) {
  AuthorizationRequest request;
  request.state = crypto::random_token();
  request.nonce = crypto::random_token();
  request.code_verifier = crypto::random_token();
  text::Parameters parameters{
      {"response_type", "code"},
      {"client_id", settings.client_id},
      {"redirect_uri", redirect_uri},
      {"scope", settings.scope},
      {"state", request.state},
      {"nonce", request.nonce},
      {"code_challenge", code_challenge(request.code_verifier)},
      {"code_challenge_method", "S256"},
  };
  add_options(parameters, options);
  request.url = text::with_query(metadata.authorization_endpoint, parameters);
  return request;
}

AuthorizationRequest make_direct_authorization_request(const ProviderSettings& settings,
                                                       const std::string& redirect_uri,
                                                       const AuthorizationOptions& options) {
  AuthorizationRequest request;
  request.state = crypto::random_token();
  text::Parameters parameters{
      {"response_type", "code"}, {"client_id", settings.client_id}, {"redirect_uri", redirect_uri},
      {"scope", settings.scope}, {"state", request.state},
  };
  add_options(parameters, options);
  request.url = text::with_query(settings.authorization_endpoint, parameters);
  return request;
}

}  // namespace vneid::oidc
