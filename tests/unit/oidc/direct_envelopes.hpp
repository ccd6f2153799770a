#pragma once

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "crypto/digest.hpp"
#include "crypto/openssl.hpp"

namespace vneid::test {

/// What a provider of profile `vneid-direct` makes, with OpenSSL itself.
class Sealer {
 public:
  explicit Sealer(const std::string& public_pem) {
    const std::unique_ptr<BIO, crypto::HandleDeleter<BIO_free_all>> source{
        BIO_new_mem_buf(public_pem.data(), static_cast<int>(public_pem.size()))};
    key_.reset(PEM_read_bio_PUBKEY(source.get(), nullptr, nullptr, nullptr));
    if (!key_) throw std::logic_error("no public key");
  }

  /// Whole RSA blocks for `padding` RSA_NO_PADDING.
  [[nodiscard]] std::string wrap(std::string_view text, int padding = RSA_PKCS1_PADDING) const {
    const std::unique_ptr<EVP_PKEY_CTX, crypto::HandleDeleter<EVP_PKEY_CTX_free>> context{
        EVP_PKEY_CTX_new(key_.get(), nullptr)};
    std::string made(static_cast<std::size_t>(EVP_PKEY_get_size(key_.get())), '\0');
    std::size_t size = made.size();
    if (EVP_PKEY_encrypt_init(context.get()) != 1 ||
        EVP_PKEY_CTX_set_rsa_padding(context.get(), padding) != 1 ||
        EVP_PKEY_encrypt(context.get(), bytes(made), &size, bytes(text), text.size()) != 1) {
      throw std::logic_error("wrap");
    }
    return made;
  }

  /// `text` under AES-ECB, with PKCS#7 padding or (whole blocks only) without.
  static std::string encrypt(std::string_view key, std::string_view text, bool padding = true) {
    const crypto::CipherContext context{EVP_CIPHER_CTX_new()};
    const EVP_CIPHER* cipher = key.size() == 16   ? EVP_aes_128_ecb()
                               : key.size() == 24 ? EVP_aes_192_ecb()
                                                  : EVP_aes_256_ecb();
    std::string made(text.size() + 16, '\0');
    int size = 0;
    int rest = 0;
    EVP_EncryptInit_ex2(context.get(), cipher, bytes(key), nullptr, nullptr);
    EVP_CIPHER_CTX_set_padding(context.get(), padding ? 1 : 0);
    EVP_EncryptUpdate(context.get(), bytes(made), &size, bytes(text),
                      static_cast<int>(text.size()));
    EVP_EncryptFinal_ex(context.get(), bytes(made) + size, &rest);
    made.resize(static_cast<std::size_t>(size + rest));
    return made;
  }

  static std::string envelope(std::string_view data, std::string_view key) {
    return R"({"data":")" + crypto::base64_encode(data) + R"(","key":")" +
           crypto::base64_encode(key) + "\"}";
  }

 private:
  static const unsigned char* bytes(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
  }
  static unsigned char* bytes(std::string& text) {
    return reinterpret_cast<unsigned char*>(text.data());
  }

  std::unique_ptr<EVP_PKEY, crypto::HandleDeleter<EVP_PKEY_free>> key_;
};

}  // namespace vneid::test
