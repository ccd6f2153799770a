#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <string_view>

#include <openssl/evp.h>

#include "oidc/jose/secret.hpp"

namespace vneid::oidc {

/// All ones where the two are equal, otherwise zero; without a branch, as the next one.
constexpr std::uint32_t mask_equal(std::uint32_t left, std::uint32_t right) noexcept {
  const std::uint32_t difference = left ^ right;
  return ((difference | (0U - difference)) >> 31U) - 1U;
}
/// All ones where `left` is the smaller; both below 2^31.
constexpr std::uint32_t mask_less(std::uint32_t left, std::uint32_t right) noexcept {
  return 0U - ((left - right) >> 31U);
}

/// The key of one answer: always one that AES takes (16, 24 or 32 bytes).
struct AnswerKey {
  Secret bytes;
  /// All ones: it is what the provider wrapped. Zero: random bytes, because what came was not a
  /// wrapped AES key. To be judged only after everything else has been done with the bytes.
  std::uint32_t genuine = 0;
};

/// Our RSA key for the answers of profile `vneid-direct`, which wrap their AES keys with PKCS#1
/// v1.5 (domain.md §4.2). Telling in any way, its time included, whether a wrapped key had good
/// padding gives the key's use away to whoever asks often enough (Bleichenbacher; RFC 8017 §7.2.2),
/// so `unwrap` always gives a key. OpenSSL from 3.2 rejects implicitly, by itself; before, the
/// selection here does it.
class DecryptionKey {
 public:
  static constexpr std::size_t random_size = 32;  ///< bytes of a key that is not genuine

  /// Reads an unencrypted PEM private key, RSA of 2048 to 8192 bits. The error says what is wrong
  /// and nothing of the key.
  static std::expected<DecryptionKey, std::string> read(std::string_view pem);

  /// Throws crypto::OpenSslError when the library itself fails.
  [[nodiscard]] AnswerKey unwrap(std::string_view wrapped) const;

 private:
  DecryptionKey(std::shared_ptr<EVP_PKEY> key, std::string modulus)
      : key_(std::move(key)), modulus_(std::move(modulus)) {}

  std::shared_ptr<EVP_PKEY> key_;
  std::string modulus_;  ///< big-endian, as long as what the key encrypts
};

}  // namespace vneid::oidc
