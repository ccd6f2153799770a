#pragma once

#include <chrono>
#include <cstddef>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/key_ring.hpp"
#include "crypto/secret_file.hpp"

/// The key file's text, apart from what is done with its keys.
namespace vneid::crypto::key_file {

inline constexpr std::size_t key_size = 32;  ///< bytes: AES-256, and as much for HMAC
struct Key {
  KeyRing::Use use;
  std::string id;
  Secret secret;
  std::size_t line;  ///< where it stands, from 1
};

/// All keys in order, with at least one to seal and exactly one for look-ups. Errors read
/// "<source> line <n>: <cause>" and contain nothing else of the text.
std::expected<std::vector<Key>, std::string> parse(std::string_view text,
                                                   const std::string& source);

/// The date at the front of a key's id.
std::optional<std::chrono::year_month_day> creation_date(std::string_view id);

/// A line with a fresh random key and its line end.
std::string fresh_line(KeyRing::Use use, std::string_view id);

/// An id for a key made on `today` that none of `keys` has: 2026-11-23, else 2026-11-23-2, ….
std::string fresh_id(std::chrono::year_month_day today, const std::vector<Key>& keys);

}  // namespace vneid::crypto::key_file
