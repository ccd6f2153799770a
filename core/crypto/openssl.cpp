#include "crypto/openssl.hpp"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/params.h>

namespace vneid::crypto {

namespace {

std::string failure_text(const char* call) {
  const unsigned long code = ERR_peek_last_error();
  const char* reason = code != 0 ? ERR_reason_error_string(code) : nullptr;
  ERR_clear_error();
  std::string text = std::string("OpenSSL: ") + call + " failed";
  if (reason != nullptr) text.append(": ").append(reason);
  return text;
}

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

OpenSslError::OpenSslError(const char* call) : std::runtime_error(failure_text(call)) {}

const EVP_CIPHER* aes_256_gcm() {
  static const CipherHandle cipher = [] {
    CipherHandle fetched{EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr)};
    if (!fetched) throw OpenSslError("EVP_CIPHER_fetch");
    return fetched;
  }();
  return cipher.get();
}

const EVP_MD* sha_256() {
  static const DigestHandle digest = [] {
    DigestHandle fetched{EVP_MD_fetch(nullptr, "SHA256", nullptr)};
    if (!fetched) throw OpenSslError("EVP_MD_fetch");
    return fetched;
  }();
  return digest.get();
}

MacContext hmac_context(std::string_view key) {
  static const MacHandle mac = [] {
    MacHandle fetched{EVP_MAC_fetch(nullptr, "HMAC", nullptr)};
    if (!fetched) throw OpenSslError("EVP_MAC_fetch");
    return fetched;
  }();
  MacContext context{EVP_MAC_CTX_new(mac.get())};
  if (!context) throw OpenSslError("EVP_MAC_CTX_new");
  char digest_name[] = "SHA256";
  const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest_name, 0),
      OSSL_PARAM_construct_end()};
  // A null key pointer would mean "keep the key there is", also for an empty key.
  static constexpr unsigned char no_bytes[1] = {};
  const unsigned char* key_bytes = key.empty() ? no_bytes : bytes_of(key);
  if (EVP_MAC_init(context.get(), key_bytes, key.size(), parameters) != 1) {
    throw OpenSslError("EVP_MAC_init");
  }
  return context;
}

std::string mac_of(const EVP_MAC_CTX* keyed, std::string_view message) {
  const MacContext context{EVP_MAC_CTX_dup(keyed)};
  if (!context) throw OpenSslError("EVP_MAC_CTX_dup");
  if (EVP_MAC_update(context.get(), bytes_of(message), message.size()) != 1) {
    throw OpenSslError("EVP_MAC_update");
  }
  std::string code(EVP_MAX_MD_SIZE, '\0');
  std::size_t length = 0;
  if (EVP_MAC_final(context.get(), reinterpret_cast<unsigned char*>(code.data()), &length,
                    code.size()) != 1) {
    throw OpenSslError("EVP_MAC_final");
  }
  code.resize(length);
  return code;
}

}  // namespace vneid::crypto
