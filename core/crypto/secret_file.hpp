#pragma once

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace vneid::crypto {

/// Bytes that are wiped from memory when they go.
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

inline constexpr std::size_t max_secret_file_size = 64 << 10;  ///< bytes

/// The bytes of a file that holds a secret: a key ring, a client's secret or key, a password. It
/// must be a regular file, not empty and of sensible size, that nobody but its owner may write and
/// nobody but its owner and group may read (0600 or 0640). The error is a sentence with its cure
/// that begins with the path.
std::expected<Secret, std::string> read_secret_file(const std::string& path);

/// The same of a file that holds one line, say a password: without what ends the line. Nginx and
/// vneidctl take no other: of two lines nobody can tell which is meant.
std::expected<std::string, std::string> read_secret_line(const std::string& path);

/// Whether it is one line, not empty and without control characters.
bool is_one_line(std::string_view text) noexcept;

}  // namespace vneid::crypto
