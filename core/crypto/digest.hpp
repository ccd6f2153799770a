#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace vneid::crypto {

/// SHA-256, 32 raw bytes.
std::string sha256(std::string_view bytes);

/// HMAC-SHA-256 (RFC 2104), 32 raw bytes.
std::string hmac_sha256(std::string_view key, std::string_view message);

/// Two lower-case hexadecimal digits a byte.
std::string hex(std::string_view bytes);

/// base64url without padding (RFC 4648 §5).
std::string base64url_encode(std::string_view bytes);
/// Strict and canonical: no padding, white space or foreign character, and the unused bits of the
/// last character are zero, so that a value has exactly one text.
std::optional<std::string> base64url_decode(std::string_view text);

/// base64 with padding (RFC 4648 §4), decoded as strictly.
std::string base64_encode(std::string_view bytes);
std::optional<std::string> base64_decode(std::string_view text);

/// Compares without telling by its time where the first difference is. The lengths are not secret.
bool equal_constant_time(std::string_view left, std::string_view right) noexcept;

}  // namespace vneid::crypto
