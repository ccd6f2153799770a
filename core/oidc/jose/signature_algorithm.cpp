#include "oidc/jose/signature_algorithm.hpp"

namespace vneid::oidc {

namespace {

constexpr SignatureAlgorithm algorithms[] = {
    {"RS256", CJOSE_JWK_KTY_RSA, 0, 0, EVP_sha256},
    {"RS384", CJOSE_JWK_KTY_RSA, 0, 0, EVP_sha384},
    {"RS512", CJOSE_JWK_KTY_RSA, 0, 0, EVP_sha512},
    {"PS256", CJOSE_JWK_KTY_RSA, 0, 0, EVP_sha256},
    {"PS384", CJOSE_JWK_KTY_RSA, 0, 0, EVP_sha384},
    {"PS512", CJOSE_JWK_KTY_RSA, 0, 0, EVP_sha512},
    {"ES256", CJOSE_JWK_KTY_EC, CJOSE_JWK_EC_P_256, 64, EVP_sha256},
    {"ES384", CJOSE_JWK_KTY_EC, CJOSE_JWK_EC_P_384, 96, EVP_sha384},
    {"ES512", CJOSE_JWK_KTY_EC, CJOSE_JWK_EC_P_521, 132, EVP_sha512},
};

}  // namespace

std::optional<SignatureAlgorithm> find_algorithm(std::string_view name) noexcept {
  for (const auto& algorithm : algorithms) {
    if (algorithm.name == name) return algorithm;
  }
  return std::nullopt;
}

}  // namespace vneid::oidc
