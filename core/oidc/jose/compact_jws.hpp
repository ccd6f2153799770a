#pragma once

#include <cstddef>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "oidc/jose/key_set.hpp"
#include "oidc/jose/signature_algorithm.hpp"
#include "text/json.hpp"

namespace vneid::oidc {

inline constexpr std::size_t max_token_size = std::size_t{64} * 1024;

/// Why a token could not be read at all.
enum class JwsError { malformed, algorithm };

/// A signed token in compact form (RFC 7515 §7.1), read but not verified.
struct CompactJws {
  SignatureAlgorithm algorithm;
  std::optional<std::string> key_id;
  std::string type;  ///< `typ` in lower case without "application/"; empty: none
  text::Json payload;
  std::string signature;

  /// Exactly three parts of canonical base64url, a header and a payload that are strict JSON
  /// objects. Keys inside the header (jwk, jku, x5u, x5c) are never looked at: a token does not
  /// choose what it is verified with. Headers that change the meaning of the rest (crit, b64, enc,
  /// zip) are refused, since none is ever needed here.
  static std::expected<CompactJws, std::pair<JwsError, std::string>> read(std::string_view token);

  /// Whether `key` made the signature of `token`, the text that this was read from.
  [[nodiscard]] bool verified_by(const SigningKey& key, std::string_view token) const;
};

}  // namespace vneid::oidc
