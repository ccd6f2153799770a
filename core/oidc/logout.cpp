#include "oidc/logout.hpp"

#include "text/form.hpp"

namespace vneid::oidc {

std::optional<std::string> logout_url(const Metadata& metadata, const LogoutRequest& request) {
  if (metadata.end_session_endpoint.empty()) return std::nullopt;
  text::Parameters parameters;
  if (!request.id_token_hint.empty()) {
    parameters.emplace_back("id_token_hint", request.id_token_hint.reveal());
  }
  parameters.emplace_back("client_id", request.client_id);
  if (!request.post_logout_redirect_uri.empty()) {
    parameters.emplace_back("post_logout_redirect_uri", request.post_logout_redirect_uri);
    if (!request.state.empty()) parameters.emplace_back("state", request.state);
  }
  return text::with_query(metadata.end_session_endpoint, parameters);
}

}  // namespace vneid::oidc
