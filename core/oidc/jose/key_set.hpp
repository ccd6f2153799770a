#pragma once

#include <cstddef>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "oidc/jose/cjose_handles.hpp"
#include "oidc/jose/signature_algorithm.hpp"

namespace vneid::oidc {

/// One public key with which a provider signs.
struct SigningKey {
  std::string id;         ///< `kid`; empty: none
  std::string algorithm;  ///< `alg` the provider restricts it to; empty: none
  cjose_jwk_kty_t type = CJOSE_JWK_KTY_RSA;
  int curve = 0;                 ///< cjose_jwk_ec_curve, 0 for RSA
  std::size_t modulus_size = 0;  ///< bytes, 0 for EC
  JwkHandle handle;
};

/// The usable signing keys of a provider's JWKS (RFC 7517). Immutable; loop thread only, because
/// cjose counts references without locking.
class KeySet {
 public:
  static constexpr std::size_t max_document_size = std::size_t{256} * 1024;
  static constexpr std::size_t max_keys = 64;       ///< keys looked at in one document
  static constexpr std::size_t max_candidates = 4;  ///< keys tried for one signature

  /// Parses a JWKS document. Keys that we cannot or must not use are passed over: symmetric ones,
  /// for encryption, RSA outside 2048 to 8192 bits, unknown curves, points off their curve,
  /// malformed ones. An error only when the document itself is none or has too many keys.
  static std::expected<KeySet, std::string> parse(std::string_view document);

  /// The keys that may have made a signature: type, curve, `alg` and, when the token names one,
  /// `kid` must fit. At most `max_candidates`. The pointers live as long as this set.
  [[nodiscard]] std::vector<const SigningKey*> candidates(
      const std::optional<std::string>& key_id, const SignatureAlgorithm& algorithm) const;

  [[nodiscard]] std::size_t size() const noexcept { return keys_.size(); }

 private:
  std::vector<SigningKey> keys_;
};

}  // namespace vneid::oidc
