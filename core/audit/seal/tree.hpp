#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The Merkle tree of RFC 9162 §2.1 over SHA-256. Leaves have a position from 0; a tree is known by
/// its size and its root. Nothing here knows what a leaf stands for.
namespace vneid::audit {

using Hash = std::string;  ///< 32 raw bytes
inline constexpr std::size_t hash_size = 32;
/// audit_leaf.node keeps the hashes of the subtrees of 2^10 leaves.
inline constexpr unsigned kept_level = 10;

Hash leaf_hash(std::string_view content);                       ///< SHA-256(0x00 || content)
Hash node_hash(std::string_view left, std::string_view right);  ///< SHA-256(0x01 || left || right)

/// A tree that grows, as the hashes of the perfect subtrees it consists of: at most 64 of them,
/// whatever its size.
class Tree {
 public:
  Tree() = default;
  /// The tree of that size with these subtrees, as peaks() gave them; nothing if there are more or
  /// less of them than such a tree has.
  static std::optional<Tree> of(std::uint64_t size, std::string_view peaks);

  /// Adds a leaf, or a whole perfect subtree of 2^level leaves where it is aligned (size() is a
  /// multiple of 2^level). `seen(level, index, hash)` is called for it and for each subtree it
  /// completes; the subtree `index` of a level begins at leaf index * 2^level.
  template <class Seen>
  void add(unsigned level, Hash hash, Seen seen) {
    std::uint64_t index = size_ >> level;
    size_ += std::uint64_t{1} << level;
    seen(level, index, hash);
    for (; (index & 1) != 0; index >>= 1) {
      hash = node_hash(peaks_.back(), hash);
      peaks_.pop_back();
      seen(++level, index >> 1, hash);
    }
    peaks_.push_back(std::move(hash));
  }
  void add(Hash leaf) {
    add(0, std::move(leaf), [](unsigned, std::uint64_t, const Hash&) {});
  }

  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }
  [[nodiscard]] Hash root() const;          ///< MTH(D[size])
  [[nodiscard]] std::string peaks() const;  ///< one after another, the largest subtree first

 private:
  std::uint64_t size_ = 0;
  std::vector<Hash> peaks_;
};

}  // namespace vneid::audit
