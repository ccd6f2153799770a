#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "crypto/digest.hpp"
#include "crypto/openssl.hpp"

namespace vneid::test {

/// A key pair made for the tests. Signs with OpenSSL itself, so that a test can sign any header
/// and payload text, however wrong, and so that cjose verifies what cjose did not make.
class TestKey {
 public:
  static TestKey rsa(unsigned bits = 2048) { return TestKey{EVP_RSA_gen(bits)}; }
  static TestKey ec(const char* curve = "P-256") { return TestKey{EVP_EC_gen(curve)}; }

  /// The bytes of a number of the public key.
  [[nodiscard]] std::string number(const char* name, int width = 0) const {
    BIGNUM* raw = nullptr;
    if (EVP_PKEY_get_bn_param(key_.get(), name, &raw) != 1) throw std::logic_error(name);
    const int size = std::max(width, BN_num_bytes(raw));
    std::string bytes(static_cast<std::size_t>(size), '\0');
    BN_bn2binpad(raw, reinterpret_cast<unsigned char*>(bytes.data()), size);
    BN_free(raw);
    return bytes;
  }

  /// The public key as a JWK; `members` is more JSON to put in, e.g. R"("kid":"a")".
  [[nodiscard]] std::string jwk(const std::string& members = "") const {
    const std::string rest = members.empty() ? "" : "," + members;
    if (is_rsa()) {
      return R"({"kty":"RSA","n":")" + encoded(number(OSSL_PKEY_PARAM_RSA_N)) + R"(","e":")" +
             encoded(number(OSSL_PKEY_PARAM_RSA_E)) + "\"" + rest + "}";
    }
    return R"({"kty":"EC","crv":")" + curve() + R"(","x":")" +
           encoded(number(OSSL_PKEY_PARAM_EC_PUB_X, width())) + R"(","y":")" +
           encoded(number(OSSL_PKEY_PARAM_EC_PUB_Y, width())) + "\"" + rest + "}";
  }

  /// PEM (PKCS #8) of the private key.
  [[nodiscard]] std::string pem() const {
    const std::unique_ptr<BIO, crypto::HandleDeleter<BIO_free_all>> out{BIO_new(BIO_s_mem())};
    PEM_write_bio_PrivateKey(out.get(), key_.get(), nullptr, nullptr, 0, nullptr, nullptr);
    char* data = nullptr;
    const long size = BIO_get_mem_data(out.get(), &data);
    return {data, static_cast<std::size_t>(size)};
  }

  /// PEM of an EC key file whose private half is ours and whose public half is another's.
  [[nodiscard]] std::string pem_with_public_of(const TestKey& other) const {
    std::string der = der_of(key_.get());
    const std::string ours = point();
    der.replace(der.find(ours), ours.size(), other.point());
    return "-----BEGIN EC PRIVATE KEY-----\n" + crypto::base64_encode(der) +
           "\n-----END EC PRIVATE KEY-----\n";
  }

  [[nodiscard]] std::string public_pem() const {
    const std::unique_ptr<BIO, crypto::HandleDeleter<BIO_free_all>> out{BIO_new(BIO_s_mem())};
    PEM_write_bio_PUBKEY(out.get(), key_.get());
    char* data = nullptr;
    const long size = BIO_get_mem_data(out.get(), &data);
    return {data, static_cast<std::size_t>(size)};
  }

  /// The raw JWS signature of `input` with a digest of 256, 384 or 512 bits.
  [[nodiscard]] std::string signature(std::string_view input, int bits = 256,
                                      bool pss = false) const {
    const std::unique_ptr<EVP_MD_CTX, crypto::HandleDeleter<EVP_MD_CTX_free>> context{
        EVP_MD_CTX_new()};
    EVP_PKEY_CTX* options = nullptr;
    EVP_DigestSignInit(context.get(), &options, digest(bits), nullptr, key_.get());
    if (pss) {
      EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING);
      EVP_PKEY_CTX_set_rsa_pss_saltlen(options, RSA_PSS_SALTLEN_DIGEST);
    }
    std::size_t size = 0;
    const auto* data = reinterpret_cast<const unsigned char*>(input.data());
    EVP_DigestSign(context.get(), nullptr, &size, data, input.size());
    std::string made(size, '\0');
    EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(made.data()), &size, data,
                   input.size());
    made.resize(size);
    return is_rsa() ? made : fixed_width(made);
  }

  /// header.payload.signature of the two texts as they are.
  [[nodiscard]] std::string token(std::string_view header, std::string_view payload, int bits = 256,
                                  bool pss = false) const {
    const std::string input = encoded(header) + "." + encoded(payload);
    return input + "." + encoded(signature(input, bits, pss));
  }

  static std::string encoded(std::string_view bytes) { return crypto::base64url_encode(bytes); }

 private:
  explicit TestKey(EVP_PKEY* key) : key_(key, EVP_PKEY_free) {
    if (key == nullptr) throw std::runtime_error("no key");
  }
  static const EVP_MD* digest(int bits) {
    return bits == 256 ? EVP_sha256() : bits == 384 ? EVP_sha384() : EVP_sha512();
  }
  [[nodiscard]] bool is_rsa() const { return EVP_PKEY_is_a(key_.get(), "RSA") == 1; }
  [[nodiscard]] std::string curve() const {
    return width() == 32 ? "P-256" : width() == 48 ? "P-384" : "P-521";
  }
  [[nodiscard]] std::string point() const {
    return number(OSSL_PKEY_PARAM_EC_PUB_X, width()) + number(OSSL_PKEY_PARAM_EC_PUB_Y, width());
  }
  static std::string der_of(const EVP_PKEY* key) {
    unsigned char* data = nullptr;
    const int size = i2d_PrivateKey(key, &data);
    std::string der{reinterpret_cast<const char*>(data), static_cast<std::size_t>(size)};
    OPENSSL_free(data);
    return der;
  }
  [[nodiscard]] int width() const { return (EVP_PKEY_get_bits(key_.get()) + 7) / 8; }
  /// DER to r || s (RFC 7518 §3.4).
  [[nodiscard]] std::string fixed_width(const std::string& der) const {
    const auto* data = reinterpret_cast<const unsigned char*>(der.data());
    const std::unique_ptr<ECDSA_SIG, crypto::HandleDeleter<ECDSA_SIG_free>> pair{
        d2i_ECDSA_SIG(nullptr, &data, static_cast<long>(der.size()))};
    const auto size = static_cast<std::size_t>(width());
    std::string raw(2 * size, '\0');
    auto* bytes = reinterpret_cast<unsigned char*>(raw.data());
    BN_bn2binpad(ECDSA_SIG_get0_r(pair.get()), bytes, width());
    BN_bn2binpad(ECDSA_SIG_get0_s(pair.get()), bytes + size, width());
    return raw;
  }

  std::shared_ptr<EVP_PKEY> key_;

 public:
  // Made once: making RSA keys is slow.
  static const TestKey& rsa_a() {
    static const TestKey key = rsa();
    return key;
  }
  static const TestKey& rsa_b() {
    static const TestKey key = rsa();
    return key;
  }
  static const TestKey& rsa_small() {
    static const TestKey key = rsa(1024);
    return key;
  }
  static const TestKey& ec_256() {
    static const TestKey key = ec("P-256");
    return key;
  }
  static const TestKey& ec_384() {
    static const TestKey key = ec("P-384");
    return key;
  }
  static const TestKey& ec_521() {
    static const TestKey key = ec("P-521");
    return key;
  }
};

/// {"keys":[…]}
inline std::string jwks(const std::vector<std::string>& keys) {
  std::string text = R"({"keys":[)";
  for (const auto& key : keys) text += (text.ends_with('[') ? "" : ",") + key;
  return text + "]}";
}

}  // namespace vneid::test
