#pragma once

#include <expected>
#include <map>
#include <string>
#include <string_view>

#include "crypto/openssl.hpp"

/// Signatures by Ed25519 (RFC 8032). Keys are PEM files, as OpenSSL reads and writes them.
namespace vneid::crypto {

using PrivateKeyHandle = std::unique_ptr<EVP_PKEY, HandleDeleter<EVP_PKEY_free>>;

inline constexpr std::size_t signature_size = 64;  ///< bytes

/// A private key. Its id is the SHA-256 of the public key's SubjectPublicKeyInfo (DER), 32 raw
/// bytes, as RFC 6962 §3.2 names a log.
class SigningKey {
 public:
  static SigningKey generate();
  /// From a file that its owner, and at most his group, may read. The error is a sentence.
  static std::expected<SigningKey, std::string> load(const std::string& path);

  [[nodiscard]] const std::string& id() const noexcept { return id_; }
  /// 64 raw bytes.
  [[nodiscard]] std::string sign(std::string_view message) const;
  /// PKCS #8; a secret.
  [[nodiscard]] std::string private_pem() const;
  [[nodiscard]] std::string public_pem() const;

 private:
  explicit SigningKey(PrivateKeyHandle key);

  PrivateKeyHandle key_;
  std::string id_;
};

/// Public keys, by their id. Those that are not used any more stay, so that what they signed can
/// be verified.
class VerifyingKeys {
 public:
  VerifyingKeys() = default;
  /// A file of one or more public keys, one after another. The error is a sentence.
  static std::expected<VerifyingKeys, std::string> load(const std::string& path);
  static std::expected<VerifyingKeys, std::string> parse(std::string_view pem,
                                                         const std::string& source);

  void add(const SigningKey& key);
  [[nodiscard]] bool knows(const std::string& id) const { return keys_.contains(id); }
  /// Whether the key of that id has signed the message; false for a key that is not known.
  [[nodiscard]] bool verify(const std::string& id, std::string_view message,
                            std::string_view signature) const;

 private:
  std::map<std::string, PrivateKeyHandle> keys_;
};

}  // namespace vneid::crypto
