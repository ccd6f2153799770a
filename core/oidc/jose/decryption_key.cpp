#include "oidc/jose/decryption_key.hpp"

#include <utility>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "crypto/openssl.hpp"
#include "crypto/random.hpp"
#include "oidc/jose/cjose_handles.hpp"

namespace vneid::oidc {

namespace {

using Bio = std::unique_ptr<BIO, crypto::HandleDeleter<BIO_free_all>>;
using Number = std::unique_ptr<BIGNUM, crypto::HandleDeleter<BN_free>>;
using Context = std::unique_ptr<EVP_PKEY_CTX, crypto::HandleDeleter<EVP_PKEY_CTX_free>>;

/// A worker has no terminal to ask for a passphrase at.
int no_passphrase(char* /*buffer*/, int /*size*/, int /*writing*/, void* /*context*/) noexcept {
  return -1;
}

/// As long as what the key encrypts; empty when it cannot be had.
std::string modulus_of(const EVP_PKEY* key) {
  BIGNUM* raw = nullptr;
  if (EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_N, &raw) != 1) return {};
  const Number modulus{raw};
  std::string bytes(static_cast<std::size_t>(EVP_PKEY_get_size(key)), '\0');
  const int size = BN_bn2binpad(raw, reinterpret_cast<unsigned char*>(bytes.data()),
                                static_cast<int>(bytes.size()));
  return size > 0 ? bytes : std::string{};
}

/// `decrypted` or `random`, byte by byte, by a mask.
Secret selected(std::uint32_t mask, const Secret& decrypted, std::string_view random,
                std::size_t size) {
  const std::string& genuine = decrypted.reveal();
  std::string key(random.size(), '\0');
  for (std::size_t i = 0; i < key.size(); ++i) {
    const auto real = static_cast<unsigned char>(genuine[i]);
    const auto made = static_cast<unsigned char>(random[i]);
    key[i] = static_cast<char>((real & mask) | (made & ~mask));
  }
  key.resize(size);
  return Secret{std::move(key)};
}

}  // namespace

std::expected<DecryptionKey, std::string> DecryptionKey::read(std::string_view pem) {
  const OpenSslQueueCleaner cleaner;
  const Bio source{BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))};
  std::shared_ptr<EVP_PKEY> key{
      PEM_read_bio_PrivateKey(source.get(), nullptr, no_passphrase, nullptr), EVP_PKEY_free};
  if (!key) return std::unexpected{"the decryption key is not an unencrypted PEM private key"};
  const int bits = EVP_PKEY_get_bits(key.get());
  if (EVP_PKEY_is_a(key.get(), "RSA") != 1 || bits < 2048 || bits > 8192) {
    return std::unexpected{"the decryption key is not RSA of 2048 to 8192 bits"};
  }
  std::string modulus = modulus_of(key.get());
  if (modulus.empty()) return std::unexpected{"the decryption key is not a whole RSA key"};
  return DecryptionKey{std::move(key), std::move(modulus)};
}

AnswerKey DecryptionKey::unwrap(std::string_view wrapped) const {
  const OpenSslQueueCleaner cleaner;
  const std::size_t block_size = modulus_.size();
  // What cannot have come out of an encryption, OpenSSL would refuse at once. It becomes zeros,
  // which have no good padding either, so that it takes as long.
  std::string block{wrapped};
  if (block.size() != block_size || block >= modulus_) block.assign(block_size, '\0');
  const std::string random = crypto::random_bytes(random_size);

  const Context context{EVP_PKEY_CTX_new(key_.get(), nullptr)};
  if (!context || EVP_PKEY_decrypt_init(context.get()) != 1 ||
      EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING) != 1) {
    throw crypto::OpenSslError("EVP_PKEY_decrypt_init");
  }
  std::string plain(block_size, '\0');
  std::size_t plain_size = plain.size();
  const int done =
      EVP_PKEY_decrypt(context.get(), reinterpret_cast<unsigned char*>(plain.data()), &plain_size,
                       reinterpret_cast<const unsigned char*>(block.data()), block.size());
  const Secret cleansed{std::move(plain)};

  const auto size = static_cast<std::uint32_t>(plain_size);
  const std::uint32_t genuine =
      mask_equal(static_cast<std::uint32_t>(done), 1U) &
      (mask_equal(size, 16U) | mask_equal(size, 24U) | mask_equal(size, 32U));
  const std::uint32_t key_size =
      (size & genuine) | (static_cast<std::uint32_t>(random_size) & ~genuine);
  return {selected(genuine, cleansed, random, key_size), genuine};
}

}  // namespace vneid::oidc
