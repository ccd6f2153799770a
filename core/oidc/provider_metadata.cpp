#include "oidc/provider_metadata.hpp"

#include <optional>

#include "text/form.hpp"
#include "text/json.hpp"
#include "text/url.hpp"

namespace vneid::oidc {

namespace {

const char* method_name(ClientAuthentication method) noexcept {
  switch (method) {
    case ClientAuthentication::client_secret_basic:
      return "client_secret_basic";
    case ClientAuthentication::client_secret_post:
      return "client_secret_post";
    case ClientAuthentication::private_key_jwt:
      return "private_key_jwt";
  }
  return "";
}

bool lists(const json_t* array, std::string_view wanted) noexcept {
  std::size_t index = 0;
  const json_t* item = nullptr;
  json_array_foreach(array, index, item) {
    if (json_is_string(item) && wanted == json_string_value(item)) return true;
  }
  return false;
}

struct EndpointRule {
  const char* name;
  std::string Metadata::* member;
  bool required;
};

constexpr EndpointRule endpoint_rules[] = {
    {"authorization_endpoint", &Metadata::authorization_endpoint, true},
    {"token_endpoint", &Metadata::token_endpoint, true},
    {"jwks_uri", &Metadata::jwks_uri, true},
    {"userinfo_endpoint", &Metadata::userinfo_endpoint, false},
    {"end_session_endpoint", &Metadata::end_session_endpoint, false},
};

std::optional<std::string> read_endpoints(const json_t* document, bool allow_http,
                                          Metadata& metadata) {
  for (const auto& rule : endpoint_rules) {
    if (json_object_get(document, rule.name) == nullptr) {
      if (rule.required) return std::string{rule.name} + " is missing";
      continue;
    }
    auto url = text::json_text(document, rule.name);
    if (!url || !text::is_endpoint_url(*url, allow_http)) {
      return std::string{rule.name} + (allow_http ? " is not a URL" : " is not an https URL");
    }
    metadata.*rule.member = std::move(*url);
  }
  return std::nullopt;
}

std::optional<std::string> missing_ability(const json_t* document, ClientAuthentication method) {
  if (!lists(json_object_get(document, "response_types_supported"), "code")) {
    return "response_types_supported does not name code";
  }
  const json_t* challenges = json_object_get(document, "code_challenge_methods_supported");
  if (challenges != nullptr && !lists(challenges, "S256")) {
    return "code_challenge_methods_supported does not name S256";
  }
  const json_t* methods = json_object_get(document, "token_endpoint_auth_methods_supported");
  if (methods != nullptr && !lists(methods, method_name(method))) {
    return std::string{"token_endpoint_auth_methods_supported does not name "} +
           method_name(method);
  }
  return std::nullopt;
}

}  // namespace

std::string discovery_url(std::string_view issuer) {
  if (issuer.ends_with('/')) issuer.remove_suffix(1);
  return std::string{issuer} + "/.well-known/openid-configuration";
}

std::expected<Metadata, std::string> parse_metadata(std::string_view document,
                                                    const ProviderSettings& settings) {
  auto parsed = text::parse_json_object(document, max_metadata_size);
  if (!parsed) return std::unexpected{"the document " + parsed.error()};
  Metadata metadata;
  auto issuer = text::json_text(parsed->get(), "issuer");
  if (!issuer || *issuer != settings.issuer) {
    return std::unexpected{"issuer is not " + settings.issuer};
  }
  metadata.issuer = std::move(*issuer);
  const bool allow_http = settings.allow_http && settings.issuer.starts_with("http://");
  if (auto problem = read_endpoints(parsed->get(), allow_http, metadata)) {
    return std::unexpected{*problem};
  }
  if (auto problem = missing_ability(parsed->get(), settings.authentication)) {
    return std::unexpected{*problem};
  }
  const json_t* announces =
      json_object_get(parsed->get(), "authorization_response_iss_parameter_supported");
  metadata.announces_response_iss = json_is_true(announces);
  return metadata;
}

}  // namespace vneid::oidc
