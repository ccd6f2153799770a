#include "oidc/client_authentication.hpp"

#include <chrono>
#include <utility>
#include <vector>

#include "certain.hpp"
#include "crypto/digest.hpp"
#include "crypto/random.hpp"
#include "oidc/jose/decryption_key.hpp"
#include "text/json.hpp"
#include "text/url.hpp"

namespace vneid::oidc {

namespace {

constexpr std::chrono::seconds assertion_lifetime{60};

void set_text(json_t* object, const char* name, const std::string& value) {
  json_object_set_new(object, name, json_stringn(value.data(), value.size()));
}

}  // namespace

std::expected<ClientCredential, std::string> ClientCredential::make(
    const ProviderSettings& settings) {
  ClientCredential credential;
  credential.method_ = settings.authentication;
  credential.client_id_ = settings.client_id;
  credential.issuer_ = settings.issuer;
  if (settings.client_id.empty()) return std::unexpected{"client_id is empty"};
  if (settings.authentication == ClientAuthentication::private_key_jwt) {
    auto key = PrivateKey::read(settings.client_key_pem);
    if (!key) return std::unexpected{key.error()};
    credential.key_ = std::move(*key);
    credential.key_id_ = settings.client_key_id;
  } else {
    if (settings.client_secret.empty()) return std::unexpected{"the client secret is empty"};
    credential.client_secret_ = settings.client_secret;
  }
  return credential;
}

void ClientCredential::prove(text::Parameters& form, http::OutgoingRequest& request,
                             Wall now) const {
  switch (method_) {
    case ClientAuthentication::client_secret_basic: {
      // Encoded before they are joined, so that a ':' in an id stays in the id (RFC 6749 §2.3.1).
      const std::string pair =
          text::percent_encode(client_id_) + ":" + text::percent_encode(client_secret_);
      request.headers.emplace_back("Authorization", "Basic " + crypto::base64_encode(pair));
      return;
    }
    case ClientAuthentication::client_secret_post:
      form.emplace_back("client_id", client_id_);
      form.emplace_back("client_secret", client_secret_);
      return;
    case ClientAuthentication::private_key_jwt:
      form.emplace_back("client_id", client_id_);
      form.emplace_back("client_assertion_type",
                        "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
      form.emplace_back("client_assertion", assertion(now));
      return;
  }
}

std::string ClientCredential::assertion(Wall now) const {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch();
  const text::Json claims{json_object()};
  set_text(claims.get(), "iss", client_id_);
  set_text(claims.get(), "sub", client_id_);
  set_text(claims.get(), "aud", issuer_);
  set_text(claims.get(), "jti", crypto::random_token());
  json_object_set_new(claims.get(), "iat", json_integer(seconds.count()));
  json_object_set_new(claims.get(), "exp", json_integer((seconds + assertion_lifetime).count()));
  return certain(key_).sign(text::json_dump(claims.get()), {.key_id = key_id_});
}

namespace {

std::optional<std::string> direct_problem(const ProviderSettings& settings) {
  const bool urls = text::is_endpoint_url(settings.authorization_endpoint, settings.allow_http) &&
                    text::is_endpoint_url(settings.token_endpoint, settings.allow_http) &&
                    text::is_endpoint_url(settings.userinfo_endpoint, settings.allow_http);
  if (!urls) return "an endpoint is not an https URL";
  const auto key = DecryptionKey::read(settings.decryption_key_pem);
  if (!key) return key.error();
  return std::nullopt;
}

}  // namespace

std::optional<std::string> settings_problem(const ProviderSettings& settings) {
  if (!text::is_endpoint_url(settings.issuer, settings.allow_http) ||
      settings.issuer.contains('?')) {
    return settings.allow_http ? "the issuer is not a URL" : "the issuer is not an https URL";
  }
  if ((" " + settings.scope + " ").find(" openid ") == std::string::npos) {
    return "the scope does not hold openid";
  }
  if (settings.claims.citizen_id.empty()) return "no claim holds the citizen's number";
  if (settings.claims.level.empty()) return "no claim holds the level: nobody could ever link";
  if (settings.timeout <= Milliseconds::zero()) return "the timeout is not positive";
  if (settings.clock_leeway < Milliseconds::zero()) return "the clock leeway is negative";
  auto credential = ClientCredential::make(settings);
  if (!credential) return credential.error();
  if (settings.profile == ProviderProfile::vneid_direct) return direct_problem(settings);
  return std::nullopt;
}

}  // namespace vneid::oidc
