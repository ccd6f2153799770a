#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "audit/seal/tree.hpp"
#include "crypto/signing_key.hpp"
#include "text/json.hpp"

/// Signed heads of the tree of events.
///
/// Signed are 17 bytes of ASCII, "vneid audit head ", and then, numbers big-endian: the byte 0x01
/// (the version); number and size, 8 bytes each; the root, 32; the instant, microseconds since 1970
/// in 8; whether it is complete, 1 (0 or 1); the hash of the head before, 32 (zeros for head 0);
/// the SHA-256 of the marks, 32; the key's id, 32. A head's hash is the SHA-256 of these bytes.
namespace vneid::audit {

struct Head {
  std::uint64_t number = 0;  ///< 0, 1, 2 …
  std::uint64_t size = 0;    ///< of the tree, in leaves
  Hash root;
  /// Microseconds since 1970, by the sealer's clock, of the begin of the run that signed it.
  std::int64_t at = 0;
  /// Everything that had been committed by `at` is in this tree. Not so while a run has more to
  /// seal than one batch.
  bool complete = false;
  Hash previous;          ///< hash of the head before
  Hash marks_hash;        ///< SHA-256 of the marks
  std::string key_id;     ///< 32 raw bytes
  std::string signature;  ///< 64 raw bytes
  /// Tree::peaks(); not signed, because the root follows from them.
  std::string peaks;
  /// The mark of each leaf that the head before does not cover; in the database alone. The root
  /// tells that one of them is another, a mark which: so whoever changes an event and its leaf
  /// gives away both.
  std::string marks;

  [[nodiscard]] std::string signed_bytes() const;
  [[nodiscard]] Hash hash() const;
  /// All but peaks and marks.
  [[nodiscard]] text::Json to_json() const;
};

/// What to_json() made. The error says what is wrong.
std::expected<Head, std::string> head_of_json(const json_t* object);
std::expected<Head, std::string> head_of_line(std::string_view line);

inline constexpr std::size_t mark_size = 8;
/// The first 8 bytes of a leaf's hash.
std::string_view mark_of(std::string_view leaf);

/// What a head is to say.
struct NewHead {
  const Tree& tree;
  const Head* last = nullptr;  ///< the head before; null: none
  std::int64_t at = 0;
  bool complete = false;
  std::string marks;
};
Head sign_head(NewHead what, const crypto::SigningKey& key);

/// Whether a known key has signed it. The error says why not, as the end of a sentence.
std::expected<void, std::string> check_signature(const Head& head,
                                                 const crypto::VerifyingKeys& keys);

/// Heads in their order, each held against those before it.
class HeadChain {
 public:
  explicit HeadChain(const crypto::VerifyingKeys& keys) : keys_(keys) {}

  /// The error says what is wrong with it, as the end of a sentence; it is the last one all the
  /// same, so that the next one is held against what is there.
  std::expected<void, std::string> take(const Head& head);
  [[nodiscard]] const std::optional<Head>& last() const noexcept { return last_; }

 private:
  [[nodiscard]] std::expected<void, std::string> judge(const Head& head) const;

  const crypto::VerifyingKeys& keys_;
  std::optional<Head> last_;
  std::set<std::string> retired_;  // ids of keys that another one has followed
};

}  // namespace vneid::audit
