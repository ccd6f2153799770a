#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "async/event_loop.hpp"
#include "oidc/jose/key_set.hpp"
#include "oidc/jose/private_key.hpp"
#include "text/json.hpp"

namespace vneid::oidc {

/// What the portal learns of a signed-in person (design §4.2, `$vneid_assertion`).
struct AssertionClaims {
  std::string issuer;        ///< our origin and path, where `jwks` is
  std::string audience;      ///< the portal
  std::string subject;       ///< opaque and stable: base64url of a keyed hash, made by the caller
  std::string account;       ///< the portal's own name of the account
  std::optional<int> level;  ///< 0 to 9; nothing: not told
  Wall issued_at;            ///< told in whole seconds, as `iat` and `nbf`
  std::chrono::seconds lifetime{60};      ///< from issued_at to `exp`
  std::optional<std::string> name;        ///< only where the portal is to learn it
  std::optional<std::string> citizen_id;  ///< likewise: 12 digits, sensitive data
};

/// What an assertion that comes back has to say.
struct AssertionExpectations {
  std::string issuer;
  std::string audience;
  Wall now{};
};

/// The keys with which we sign what the portal learns. Loop thread only, as KeySet.
class AssertionKeys {
 public:
  static constexpr std::size_t max_keys = 8;

  /// Reads a file that only its owner can touch, of 1 to 8 unencrypted EC P-256 private keys in
  /// PEM, one behind the other. The first signs and all are published, so a new key is put in
  /// front and the old one taken away when the assertions it signed have expired. The error names
  /// the file and the cause and tells nothing of a key.
  static std::expected<AssertionKeys, std::string> load(const std::string& path);

  /// The same from text; `source` is how errors call it.
  static std::expected<AssertionKeys, std::string> parse(
      std::string_view pem, const std::string& source = "assertion key");

  /// A compact JWS (ES256, `kid` by RFC 7638, a fresh `jti`). Throws std::invalid_argument when a
  /// text is not UTF-8, std::runtime_error when the libraries fail.
  [[nodiscard]] std::string sign(const AssertionClaims& claims) const;

  /// An assertion of ours that the portal shows us again: signed by one of these keys, as an
  /// assertion and nothing else, for this portal, and not over. The error says which rule it breaks
  /// and repeats nothing of it. `lifetime` and `issued_at` are not read back.
  [[nodiscard]] std::expected<AssertionClaims, std::string> verify(
      std::string_view token, const AssertionExpectations& expected) const;

  /// Another statement of ours, as a compact JWS of that `typ`. Throws std::runtime_error when the
  /// libraries fail.
  [[nodiscard]] std::string sign(const text::Json& claims, const char* type) const;

  /// The public keys as a JWKS document (RFC 7517), for the path `jwks`. Never a private member.
  [[nodiscard]] const std::string& jwks() const noexcept { return jwks_; }

 private:
  std::vector<PrivateKey> keys_;
  std::string first_id_;
  std::string jwks_;
  std::optional<KeySet> public_keys_;  ///< the same, to verify with
};

}  // namespace vneid::oidc
