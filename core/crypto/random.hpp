#pragma once

#include <cstddef>
#include <string>

namespace vneid::crypto {

/// `count` bytes from the kernel's CSPRNG (getrandom). Safe after fork: no state is kept in the
/// process that two workers could share. Throws std::system_error when the kernel refuses.
std::string random_bytes(std::size_t count);

/// 256 random bits as 43 base64url characters: session ids, `state`, nonces, PKCE verifiers
/// (RFC 7636 §4.1 asks for 43 to 128 characters of this alphabet).
std::string random_token();

}  // namespace vneid::crypto
