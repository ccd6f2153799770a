#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include "audit/seal/tree.hpp"

/// Proofs of RFC 9162: that a leaf is in a tree, and that a tree is the beginning of another.
namespace vneid::audit {

/// Leaves [begin, end) of a tree.
struct LeafRange {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  bool operator==(const LeafRange&) const = default;
};

using Path = std::vector<Hash>;

/// What a proof consists of, in its order: the parts of the tree whose hashes it gives.
/// PATH(position, D[size]) of §2.1.3.1; position < size.
std::vector<LeafRange> inclusion_parts(std::uint64_t position, std::uint64_t size);
/// PROOF(first, D[second]) of §2.1.4.1; 0 < first <= second.
std::vector<LeafRange> consistency_parts(std::uint64_t first, std::uint64_t second);

/// Whether the path leads from the leaf to the root (§2.1.3.2).
bool includes(const Hash& leaf, std::uint64_t position, std::uint64_t size, const Path& path,
              const Hash& root);
/// Whether the path shows that the first tree is the beginning of the second (§2.1.4.2). An empty
/// tree is the beginning of every tree, and its proof is empty.
bool consistent(std::uint64_t first, const Hash& first_root, std::uint64_t second,
                const Hash& second_root, const Path& path);

/// Walks over a tree from its first leaf and keeps the hashes of some parts of it: memory for
/// those, not for the tree.
class PartHashes {
 public:
  /// Each a part of a proof: its begin is a multiple of the largest power of two within its length.
  void want(std::span<const LeafRange> parts);

  /// Whether a part smaller than the subtree `index` of that level, and within it, is wanted.
  [[nodiscard]] bool wants_within(unsigned level, std::uint64_t index) const;

  /// The next leaf, or the next perfect subtree of 2^level leaves, none of whose own parts is
  /// wanted.
  void add(unsigned level, Hash hash);
  [[nodiscard]] std::uint64_t size() const noexcept { return tree_.size(); }
  [[nodiscard]] Hash root() const { return tree_.root(); }

  /// Once all their leaves were added; throws std::out_of_range before.
  [[nodiscard]] Path of(std::span<const LeafRange> parts) const;

 private:
  using Node = std::pair<unsigned, std::uint64_t>;  // level, index
  static std::vector<Node> nodes_of(LeafRange part);

  Tree tree_;
  std::map<Node, Hash> wanted_;
};

}  // namespace vneid::audit
