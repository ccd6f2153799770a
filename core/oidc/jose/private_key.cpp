#include "oidc/jose/private_key.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <utility>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "crypto/digest.hpp"
#include "crypto/openssl.hpp"
#include "oidc/jose/secret.hpp"

namespace vneid::oidc {

namespace {

using Bio = std::unique_ptr<BIO, crypto::HandleDeleter<BIO_free_all>>;
using Key = std::unique_ptr<EVP_PKEY, crypto::HandleDeleter<EVP_PKEY_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, crypto::HandleDeleter<EVP_PKEY_CTX_free>>;
using Number = std::unique_ptr<BIGNUM, crypto::HandleDeleter<BN_clear_free>>;

/// A worker has no terminal to ask for a passphrase at.
int no_passphrase(char* /*buffer*/, int /*size*/, int /*writing*/, void* /*context*/) noexcept {
  return -1;
}

/// A number of the key as big-endian bytes, at least `width` of them.
Secret number(const EVP_PKEY* key, const char* name, int width = 0) {
  BIGNUM* raw = nullptr;
  if (EVP_PKEY_get_bn_param(key, name, &raw) != 1) return {};
  const Number value{raw};
  std::string bytes(static_cast<std::size_t>(std::max(width, BN_num_bytes(raw))), '\0');
  if (BN_bn2binpad(raw, reinterpret_cast<unsigned char*>(bytes.data()),
                   static_cast<int>(bytes.size())) < 0) {
    return {};
  }
  return Secret{std::move(bytes)};
}

/// cjose's key specifications are not const-correct; it copies out of them only.
void point_at(const Secret& secret, std::uint8_t*& data, std::size_t& size) noexcept {
  data = reinterpret_cast<std::uint8_t*>(const_cast<char*>(secret.reveal().data()));
  size = secret.reveal().size();
}

JwkHandle rsa_handle(const EVP_PKEY* key) {
  const Secret n = number(key, OSSL_PKEY_PARAM_RSA_N);
  const Secret e = number(key, OSSL_PKEY_PARAM_RSA_E);
  const Secret d = number(key, OSSL_PKEY_PARAM_RSA_D);
  const Secret p = number(key, OSSL_PKEY_PARAM_RSA_FACTOR1);
  const Secret q = number(key, OSSL_PKEY_PARAM_RSA_FACTOR2);
  const Secret dp = number(key, OSSL_PKEY_PARAM_RSA_EXPONENT1);
  const Secret dq = number(key, OSSL_PKEY_PARAM_RSA_EXPONENT2);
  const Secret qi = number(key, OSSL_PKEY_PARAM_RSA_COEFFICIENT1);
  if (n.empty() || e.empty() || d.empty()) return nullptr;
  cjose_jwk_rsa_keyspec spec{};
  point_at(n, spec.n, spec.nlen);
  point_at(e, spec.e, spec.elen);
  point_at(d, spec.d, spec.dlen);
  if (!p.empty() && !q.empty() && !dp.empty() && !dq.empty() && !qi.empty()) {
    point_at(p, spec.p, spec.plen);
    point_at(q, spec.q, spec.qlen);
    point_at(dp, spec.dp, spec.dplen);
    point_at(dq, spec.dq, spec.dqlen);
    point_at(qi, spec.qi, spec.qilen);
  }
  return JwkHandle{cjose_jwk_create_RSA_spec(&spec, nullptr)};
}

JwkHandle ec_handle(const EVP_PKEY* key, cjose_jwk_ec_curve curve, int width) {
  const Secret x = number(key, OSSL_PKEY_PARAM_EC_PUB_X, width);
  const Secret y = number(key, OSSL_PKEY_PARAM_EC_PUB_Y, width);
  const Secret d = number(key, OSSL_PKEY_PARAM_PRIV_KEY, width);
  if (x.empty() || y.empty() || d.empty()) return nullptr;
  cjose_jwk_ec_keyspec spec{};
  spec.crv = curve;
  point_at(x, spec.x, spec.xlen);
  point_at(y, spec.y, spec.ylen);
  point_at(d, spec.d, spec.dlen);
  return JwkHandle{cjose_jwk_create_EC_spec(&spec, nullptr)};
}

/// A file may hold a public half of another key: what it signs would verify with no key of ours.
bool halves_fit(const EVP_PKEY* key) {
  const KeyContext context{
      EVP_PKEY_CTX_new_from_pkey(nullptr, const_cast<EVP_PKEY*>(key), nullptr)};
  return context && EVP_PKEY_pairwise_check(context.get()) == 1;
}

}  // namespace

std::optional<PrivateKey> PrivateKey::of(const EVP_PKEY* key) {
  const OpenSslQueueCleaner cleaner;
  if (EVP_PKEY_is_a(key, "RSA") == 1) {
    const int bits = EVP_PKEY_get_bits(key);
    if (bits < 2048 || bits > 8192) return std::nullopt;
    return PrivateKey{rsa_handle(key), "RS256"};
  }
  std::string group(64, '\0');
  std::size_t size = 0;
  if (EVP_PKEY_get_group_name(key, group.data(), group.size(), &size) != 1) return std::nullopt;
  group.resize(size);
  const bool whole = halves_fit(key);
  if (group == "prime256v1") {
    return PrivateKey{whole ? ec_handle(key, CJOSE_JWK_EC_P_256, 32) : nullptr, "ES256"};
  }
  if (group == "secp384r1") {
    return PrivateKey{whole ? ec_handle(key, CJOSE_JWK_EC_P_384, 48) : nullptr, "ES384"};
  }
  return std::nullopt;
}

std::optional<PublicPoint> public_point(const EVP_PKEY* key) {
  const OpenSslQueueCleaner cleaner;
  const Secret x = number(key, OSSL_PKEY_PARAM_EC_PUB_X, 32);
  const Secret y = number(key, OSSL_PKEY_PARAM_EC_PUB_Y, 32);
  if (x.reveal().size() != 32 || y.reveal().size() != 32) return std::nullopt;
  return PublicPoint{crypto::base64url_encode(x.reveal()), crypto::base64url_encode(y.reveal())};
}

std::expected<PrivateKey, std::string> PrivateKey::read(std::string_view pem) {
  const OpenSslQueueCleaner cleaner;
  const Bio source{BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))};
  const Key key{PEM_read_bio_PrivateKey(source.get(), nullptr, no_passphrase, nullptr)};
  if (!key) return std::unexpected{"the client key is not an unencrypted PEM private key"};
  auto converted = of(key.get());
  if (!converted) {
    return std::unexpected{"the client key is not RSA of 2048 to 8192 bits or EC P-256 or P-384"};
  }
  if (!converted->handle) return std::unexpected{"the client key is not a whole private key"};
  return std::move(*converted);
}

std::string PrivateKey::sign(std::string_view claims, const Purpose& purpose) const {
  const OpenSslQueueCleaner cleaner;
  const JoseHeaderHandle header{cjose_header_new(nullptr)};
  bool good = header && cjose_header_set(header.get(), CJOSE_HDR_ALG, algorithm, nullptr) &&
              cjose_header_set(header.get(), "typ", purpose.type, nullptr);
  if (good && !purpose.key_id.empty()) {
    good = cjose_header_set(header.get(), CJOSE_HDR_KID, purpose.key_id.c_str(), nullptr);
  }
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(claims.data());
  const JwsHandle jws{
      good ? cjose_jws_sign(handle.get(), header.get(), bytes, claims.size(), nullptr) : nullptr};
  const char* text = nullptr;
  if (!jws || !cjose_jws_export(jws.get(), &text, nullptr) || text == nullptr) {
    throw std::runtime_error("cjose cannot sign");
  }
  return text;
}

}  // namespace vneid::oidc
