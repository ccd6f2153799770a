#pragma once

#include <expected>
#include <optional>
#include <string>

#include "async/event_loop.hpp"
#include "net/http/sender.hpp"
#include "oidc/jose/private_key.hpp"
#include "oidc/provider_settings.hpp"
#include "text/form.hpp"

namespace vneid::oidc {

/// How we prove to the token endpoint who we are (OpenID Connect Core 1.0 §9).
class ClientCredential {
 public:
  /// Checks that the settings hold what the chosen method needs. The error is for `nginx -t`.
  static std::expected<ClientCredential, std::string> make(const ProviderSettings& settings);

  /// Adds the proof to a token request and its form, which becomes the body. For private_key_jwt:
  /// an assertion with the issuer as its only audience (so that no other endpoint can use it, RFC
  /// 7523bis), good once and for a minute.
  void prove(text::Parameters& form, http::OutgoingRequest& request, Wall now) const;

 private:
  ClientCredential() = default;
  [[nodiscard]] std::string assertion(Wall now) const;

  ClientAuthentication method_ = ClientAuthentication::client_secret_basic;
  std::string client_id_;
  std::string client_secret_;
  std::string issuer_;
  std::string key_id_;
  std::optional<PrivateKey> key_;
};

/// What is wrong with a provider's settings, if anything: everything that could only fail later,
/// for `nginx -t` (design §4.2).
std::optional<std::string> settings_problem(const ProviderSettings& settings);

}  // namespace vneid::oidc
