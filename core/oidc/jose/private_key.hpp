#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include <openssl/evp.h>

#include "oidc/jose/cjose_handles.hpp"

namespace vneid::oidc {

/// A key of our own: for private_key_jwt, and for what we assert to the portal.
struct PrivateKey {
  JwkHandle handle;
  const char* algorithm = "";  ///< RS256, ES256 or ES384, from the kind of key

  /// Reads an unencrypted PEM private key: RSA of 2048 to 8192 bits, or EC on P-256 or P-384. The
  /// error says what is wrong and nothing of the key.
  static std::expected<PrivateKey, std::string> read(std::string_view pem);

  /// The same of a key that was read already. Nothing for other kinds of keys; no `handle` when
  /// the key is not whole: a part is missing, or the halves of an EC key do not fit.
  static std::optional<PrivateKey> of(const EVP_PKEY* key);

  /// What one signature is for.
  struct Purpose {
    std::string key_id;        ///< may be empty
    const char* type = "JWT";  ///< `typ`: kinds of tokens that must not be taken for each other
  };
  /// Signs claims as a compact JWS. Throws std::runtime_error when the libraries fail.
  [[nodiscard]] std::string sign(std::string_view claims, const Purpose& purpose) const;
};

/// The point of an EC P-256 public key as its JWK tells it: base64url of 32 bytes each.
struct PublicPoint {
  std::string x;
  std::string y;
};
std::optional<PublicPoint> public_point(const EVP_PKEY* key);

}  // namespace vneid::oidc
