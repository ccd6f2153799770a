#pragma once

#include <cstdint>

namespace vneid {

/// How the module knows whose login it is (D15). Announced and asked are the portal's own word.
/// What is claimed was only typed: it leads to the notice and to VNeID, and shows nothing of the
/// account.
enum class LoginProof : std::uint8_t { announced, asked, claimed };

}  // namespace vneid
