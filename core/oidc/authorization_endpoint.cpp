#include "oidc/authorization_endpoint.hpp"

#include <algorithm>

#include "text/url.hpp"

namespace vneid::oidc {

namespace {

constexpr Milliseconds patience{1500};

bool is_same_server(const std::string& left, const std::string& right) {
  const auto one = text::parse_url(left);
  const auto other = text::parse_url(right);
  return one && other && one->scheme == other->scheme && one->authority == other->authority;
}

}  // namespace

bool is_asked_first(const ProviderSettings& settings, const Metadata& metadata) {
  return settings.authorization_check &&
         is_same_server(metadata.authorization_endpoint, metadata.token_endpoint);
}

http::OutgoingRequest endpoint_question(const ProviderSettings& settings,
                                        const std::string& endpoint) {
  http::OutgoingRequest request;
  request.method = "HEAD";
  request.url = endpoint;
  request.trusted_certificates = settings.trusted_certificates;
  request.timeout = std::min(settings.timeout, patience);
  return request;
}

std::string silence_in(const http::IncomingResponse& answer) {
  const bool away = answer.status >= 502 && answer.status <= 504;
  return away ? "status " + std::to_string(answer.status) : std::string{};
}

}  // namespace vneid::oidc
