#pragma once

#include <string>

#include "async/event_loop.hpp"
#include "net/call_observer.hpp"
#include "net/http/trusted_certificates.hpp"

namespace vneid::oidc {

/// How a provider speaks (design D12).
enum class ProviderProfile {
  oidc,          ///< strict OpenID Connect
  vneid_direct,  ///< VNeID's own form: encrypted answers, no ID token (domain.md §4.2)
};

/// How the client proves itself at the token endpoint (OpenID Connect Core §9).
enum class ClientAuthentication { client_secret_basic, client_secret_post, private_key_jwt };

/// Names of the claims that carry an identity; empty: the provider does not tell. Without a claim
/// for the kind of account, the provider is taken to have personal accounts only.
struct ClaimNames {
  std::string citizen_id = "SoDinhDanh";
  std::string name = "HoVaTen";
  std::string birth_date = "NgayThangNamSinh";
  std::string sex = "GioiTinh";
  std::string level = "IAL";
  std::string kind = "LoaiTaiKhoan";
};

/// The claims that a profile has when nothing else is configured.
inline ClaimNames default_claims(ProviderProfile profile) {
  if (profile == ProviderProfile::oidc) return {};
  return {.citizen_id = "citizenPid",
          .name = "fullName",
          .birth_date = "birthDate",
          .sex = "",
          .level = "accountLevel",
          .kind = "accountType"};
}

/// A `vneid_provider` block of nginx.conf (design §4.2).
struct ProviderSettings {
  std::string name;
  ProviderProfile profile = ProviderProfile::oidc;
  /// https, or http when `allow_http` was given on purpose. People are known as this issuer's, also
  /// where (profile `vneid-direct`) nothing is read from its address.
  std::string issuer;
  bool allow_http = false;  ///< for a provider on loopback (demo, tests)
  std::string client_id;
  ClientAuthentication authentication = ClientAuthentication::client_secret_basic;
  std::string client_secret;   ///< content of `client_secret_file`, without the line end
  std::string client_key_pem;  ///< content of `client_key_file` (private_key_jwt)
  std::string client_key_id;   ///< `kid` the provider knows that key by; empty: none is sent
  std::string scope = "openid profile";
  /// Profile `vneid-direct`, which has no discovery.
  std::string authorization_endpoint;
  std::string token_endpoint;
  std::string userinfo_endpoint;
  std::string decryption_key_pem;  ///< content of `decryption_key_file`
  ClaimNames claims;
  int required_level = 2;
  bool authorization_check = true;                 ///< whether `is_asked_first` may hold
  http::TrustedCertificates trusted_certificates;  ///< the only CAs trusted; null: the system's
  Milliseconds timeout{5000};                      ///< for one call to the provider
  CallObserver* observer = nullptr;                ///< of calls to the provider; null: nobody
  Milliseconds clock_leeway{30'000};
};

}  // namespace vneid::oidc
