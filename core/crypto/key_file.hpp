#pragma once

#include <chrono>
#include <cstddef>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "crypto/key_ring.hpp"

/// The key file's text, apart from what is done with its keys.
namespace vneid::crypto::key_file {

inline constexpr std::size_t key_size = 32;             ///< bytes: AES-256, and as much for HMAC
inline constexpr std::size_t max_file_size = 64 << 10;  ///< bytes

/// Key bytes that are wiped from memory when they go.
class Secret {
 public:
  explicit Secret(std::string bytes) noexcept : bytes_(std::move(bytes)) {}
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  /// A key is longer than a string's inner buffer, so moving one leaves nothing of it behind.
  Secret(Secret&& other) noexcept = default;
  Secret& operator=(Secret&& other) noexcept {
    bytes_.swap(other.bytes_);
    return *this;
  }
  ~Secret();

  std::string_view bytes() const noexcept { return bytes_; }

 private:
  std::string bytes_;
};

struct Key {
  KeyRing::Use use;
  std::string id;
  Secret secret;
  std::size_t line;  ///< where it stands, from 1
};

/// All keys in order, with at least one to seal and exactly one for look-ups. Errors read
/// "<source> line <n>: <cause>" and contain nothing else of the text.
std::expected<std::vector<Key>, std::string> parse(std::string_view text, std::string_view source);

/// The file's bytes, if it is a regular file of sensible size that only its owner can touch.
std::expected<Secret, std::string> read(const std::string& path);

/// The date at the front of a key's id.
std::optional<std::chrono::year_month_day> creation_date(std::string_view id);

/// A line with a fresh random key and its line end.
std::string fresh_line(KeyRing::Use use, std::string_view id);

/// An id for a key made on `today` that none of `keys` has: 2026-11-23, else 2026-11-23-2, ….
std::string fresh_id(std::chrono::year_month_day today, const std::vector<Key>& keys);

}  // namespace vneid::crypto::key_file
