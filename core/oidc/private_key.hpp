#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "oidc/cjose_handles.hpp"

namespace vneid::oidc {

/// Our own key for private_key_jwt.
struct PrivateKey {
  JwkHandle handle;
  const char* algorithm = "";  ///< RS256, ES256 or ES384, from the kind of key

  /// Reads an unencrypted PEM private key: RSA of 2048 to 8192 bits, or EC on P-256 or P-384. The
  /// error says what is wrong and nothing of the key.
  static std::expected<PrivateKey, std::string> read(std::string_view pem);

  /// Signs claims as a compact JWS. `key_id` may be empty. Throws std::runtime_error when the
  /// libraries fail.
  [[nodiscard]] std::string sign(std::string_view claims, const std::string& key_id) const;
};

}  // namespace vneid::oidc
