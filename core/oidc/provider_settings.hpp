#pragma once

#include <string>

#include "async/event_loop.hpp"

namespace vneid::oidc {

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

/// A `vneid_provider` block of nginx.conf (design §4.2), profile `oidc`.
struct ProviderSettings {
  std::string name;
  std::string issuer;       ///< https, or http when `allow_http` was given on purpose
  bool allow_http = false;  ///< for a provider on loopback (demo, tests)
  std::string client_id;
  ClientAuthentication authentication = ClientAuthentication::client_secret_basic;
  std::string client_secret;   ///< content of `client_secret_file`, without the line end
  std::string client_key_pem;  ///< content of `client_key_file` (private_key_jwt)
  std::string client_key_id;   ///< `kid` the provider knows that key by; empty: none is sent
  std::string scope = "openid profile";
  ClaimNames claims;
  int required_level = 2;
  std::string trusted_certificate;  ///< PEM file; empty: the system's
  Milliseconds timeout{5000};       ///< for one call to the provider
  Milliseconds clock_leeway{30'000};
};

}  // namespace vneid::oidc
