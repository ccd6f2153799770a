#pragma once

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include <openssl/evp.h>

namespace vneid::crypto {

/// OpenSSL itself failed (no memory, no provider, a library in a bad state): never a matter of
/// what was to be opened or compared. The text names the call and OpenSSL's reason, no data.
class OpenSslError : public std::runtime_error {
 public:
  /// Takes the newest reason from OpenSSL's queue and leaves the queue empty, because nginx
  /// reports whatever is left in there against an innocent connection.
  explicit OpenSslError(const char* call);
};

/// unique_ptr over a C handle and its own free function.
template <auto free_function>
struct HandleDeleter {
  template <typename T>
  void operator()(T* handle) const noexcept {
    free_function(handle);
  }
};

using CipherHandle = std::unique_ptr<EVP_CIPHER, HandleDeleter<EVP_CIPHER_free>>;
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, HandleDeleter<EVP_CIPHER_CTX_free>>;
using DigestHandle = std::unique_ptr<EVP_MD, HandleDeleter<EVP_MD_free>>;
using MacHandle = std::unique_ptr<EVP_MAC, HandleDeleter<EVP_MAC_free>>;
using MacContext = std::unique_ptr<EVP_MAC_CTX, HandleDeleter<EVP_MAC_CTX_free>>;

/// Fetching an algorithm costs more than using it (OpenSSL 3), so each is fetched once a process.
const EVP_CIPHER* aes_256_gcm();
const EVP_MD* sha_256();

/// An HMAC-SHA-256 context keyed with `key`; duplicate it for each message.
MacContext hmac_context(std::string_view key);
/// The code of `message` under a duplicate of `keyed`.
std::string mac_of(const EVP_MAC_CTX* keyed, std::string_view message);

}  // namespace vneid::crypto
