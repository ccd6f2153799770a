#pragma once

#include <chrono>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vneid::crypto {

/// The keys of one installation, read from the file that `vneid_keys` names. Lines:
///
///     # comment
///     seal <id> <base64 of 32 bytes>
///     lookup <id> <base64 of 32 bytes>
///
/// The first `seal` key seals, all of them open, so a new key is put in front and an old one is
/// taken away when nothing sealed with it lives any more. There is exactly one `lookup` key: what
/// it made is stored and compared for years, and replacing it is a migration, not a rotation.
/// An id has 1 to 32 characters of [A-Za-z0-9_-]; one that begins with yyyy-mm-dd tells the key's
/// age. Immutable after loading and safe to share between flows and threads.
class KeyRing {
 public:
  enum class Use { seal, lookup };

  /// A key without its secret, for status pages.
  struct KeyInfo {
    std::string id;
    Use use = Use::seal;
    /// From an id such as 2026-11-23 or 2026-11-23-2.
    std::optional<std::chrono::year_month_day> created;
  };

  /// Reads and checks a key file: see crypto/secret_file.hpp for what it must be.
  /// The error names the file, the line and the cause, and never any key material.
  static std::expected<KeyRing, std::string> load(const std::string& path);

  /// The same from text; `source` is how errors call it.
  static std::expected<KeyRing, std::string> parse(std::string_view text,
                                                   const std::string& source = "key ring");

  /// The text of a new key file: one fresh seal key with an id made of `today`, one lookup key.
  /// The caller writes it with mode 0600.
  static std::string generate_text(std::chrono::year_month_day today);

  /// `existing` with a fresh seal key in front of the others; comments and all keys are kept.
  /// Refuses what parse() refuses.
  static std::expected<std::string, std::string> rotate_text(std::string_view existing,
                                                             std::chrono::year_month_day today);

  KeyRing(KeyRing&&) noexcept;
  KeyRing& operator=(KeyRing&&) noexcept;
  ~KeyRing();

  /// Encrypts and authenticates (AES-256-GCM, random 96-bit nonce). What is sealed opens only
  /// with the same `purpose` (a constant of the code, e.g. "ticket") and the same `associated`
  /// value (what it belongs to, e.g. a session id). A key is good for 2^32 seals (NIST SP
  /// 800-38D §8.3): rotate at least yearly. Throws OpenSslError, or std::length_error above 1 GiB.
  std::string seal(std::string_view purpose, std::string_view associated,
                   std::string_view plaintext) const;

  /// What seal() was given; nothing when the bytes are cut, altered, from a key we no longer
  /// have, or sealed for another purpose or association. Which of these is not told.
  std::optional<std::string> open(std::string_view purpose, std::string_view associated,
                                  std::string_view sealed) const;

  /// seal() and open() through canonical base64url, for cookies and URLs.
  std::string seal_text(std::string_view purpose, std::string_view associated,
                        std::string_view plaintext) const;
  std::optional<std::string> open_text(std::string_view purpose, std::string_view associated,
                                       std::string_view text) const;

  /// 32 raw bytes that stand for `value` in look-ups and unique constraints: HMAC-SHA-256 under
  /// the lookup key, so a stolen table cannot be searched by trying all citizen numbers. Stable
  /// over rotation. Different purposes give unrelated values.
  std::string lookup_key(std::string_view purpose, std::string_view value) const;

  /// Whether `sealed` was made with the key that seals now; if not, re-seal it when convenient.
  bool sealed_with_current_key(std::string_view sealed) const noexcept;

  /// 32 bytes that another ring does not have, also one of which only a secret differs.
  std::string fingerprint() const;

  /// All keys in the order of the file.
  std::vector<KeyInfo> keys() const;

  /// Bytes that seal() adds to a plaintext under the present first key.
  std::size_t overhead() const noexcept;

 private:
  struct State;
  explicit KeyRing(std::unique_ptr<const State> state) noexcept;
  std::unique_ptr<const State> state_;
};

}  // namespace vneid::crypto
