#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include <cjose/cjose.h>
#include <openssl/evp.h>

namespace vneid::oidc {

/// One JWS algorithm we accept (RFC 7518 §3.1). Asymmetric ones only: a symmetric algorithm would
/// let a public key be used as a shared secret.
struct SignatureAlgorithm {
  std::string_view name;
  cjose_jwk_kty_t key_type = CJOSE_JWK_KTY_RSA;
  int curve = 0;                   ///< cjose_jwk_ec_curve for ES*, 0 for RSA
  std::size_t signature_size = 0;  ///< bytes for ES*; 0: as long as the RSA modulus
  const EVP_MD* (*digest)() = nullptr;
};

/// Exact, case-sensitive look-up; nothing for `none`, HS* and what we do not know.
std::optional<SignatureAlgorithm> find_algorithm(std::string_view name) noexcept;

}  // namespace vneid::oidc
