#include "audit/seal/proof.hpp"

#include <algorithm>
#include <bit>
#include <stdexcept>

#include "crypto/digest.hpp"

namespace vneid::audit {

namespace {

/// The largest power of two smaller than `size` (size > 1).
std::uint64_t split(std::uint64_t size) { return std::bit_floor(size - 1); }

/// The bits of a walk from a leaf to the root, as §2.1.3.2 and §2.1.4.2 have them.
struct Walk {
  std::uint64_t node;
  std::uint64_t last;

  [[nodiscard]] bool turns_left() const { return (node & 1) != 0 || node == last; }
  void up() {
    node >>= 1;
    last >>= 1;
  }
  /// Over the levels on the right edge at which there is no sibling.
  void skip_missing_siblings() {
    while ((node & 1) == 0 && node != 0) up();
  }
};

}  // namespace

std::vector<LeafRange> inclusion_parts(std::uint64_t position, std::uint64_t size) {
  std::vector<LeafRange> parts;
  if (position >= size) return parts;
  LeafRange in{.begin = 0, .end = size};
  while (in.end - in.begin > 1) {
    const std::uint64_t middle = in.begin + split(in.end - in.begin);
    if (position < middle) {
      parts.push_back({.begin = middle, .end = in.end});
      in.end = middle;
    } else {
      parts.push_back({.begin = in.begin, .end = middle});
      in.begin = middle;
    }
  }
  std::ranges::reverse(parts);
  return parts;
}

std::vector<LeafRange> consistency_parts(std::uint64_t first, std::uint64_t second) {
  std::vector<LeafRange> parts;
  LeafRange in{.begin = 0, .end = second};
  bool known = true;  // the first tree's root is what the verifier has
  while (first != in.end) {
    const std::uint64_t middle = in.begin + split(in.end - in.begin);
    if (first <= middle) {
      parts.push_back({.begin = middle, .end = in.end});
      in.end = middle;
    } else {
      parts.push_back({.begin = in.begin, .end = middle});
      in.begin = middle;
      known = false;
    }
  }
  if (!known) parts.push_back(in);
  std::ranges::reverse(parts);
  return parts;
}

bool includes(const Hash& leaf, std::uint64_t position, std::uint64_t size, const Path& path,
              const Hash& root) {
  if (position >= size) return false;
  Walk walk{.node = position, .last = size - 1};
  Hash hash = leaf;
  for (const Hash& sibling : path) {
    if (walk.last == 0 || sibling.size() != hash_size) return false;
    if (walk.turns_left()) {
      hash = node_hash(sibling, hash);
      if ((walk.node & 1) == 0) walk.skip_missing_siblings();
    } else {
      hash = node_hash(hash, sibling);
    }
    walk.up();
  }
  return walk.last == 0 && hash == root;
}

bool consistent(std::uint64_t first, const Hash& first_root, std::uint64_t second,
                const Hash& second_root, const Path& path) {
  if (first == 0) return path.empty() && first_root == crypto::sha256({});
  if (first == second) return path.empty() && first_root == second_root;
  if (first > second) return false;
  Path steps = path;
  if (std::has_single_bit(first)) steps.insert(steps.begin(), first_root);
  if (steps.empty()) return false;
  Walk walk{.node = first - 1, .last = second - 1};
  while ((walk.node & 1) != 0) walk.up();
  Hash older = steps.front();
  Hash newer = steps.front();
  for (const Hash& sibling : std::span{steps}.subspan(1)) {
    if (walk.last == 0 || sibling.size() != hash_size) return false;
    if (walk.turns_left()) {
      older = node_hash(sibling, older);
      newer = node_hash(sibling, newer);
      if ((walk.node & 1) == 0) walk.skip_missing_siblings();
    } else {
      newer = node_hash(newer, sibling);
    }
    walk.up();
  }
  return walk.last == 0 && older == first_root && newer == second_root;
}

std::vector<PartHashes::Node> PartHashes::nodes_of(LeafRange part) {
  std::vector<Node> nodes;
  while (part.begin < part.end) {
    const std::uint64_t length = std::bit_floor(part.end - part.begin);
    const auto level = static_cast<unsigned>(std::countr_zero(length));
    nodes.emplace_back(level, part.begin >> level);
    part.begin += length;
  }
  return nodes;
}

void PartHashes::want(std::span<const LeafRange> parts) {
  for (const LeafRange& part : parts) {
    for (const Node& node : nodes_of(part)) wanted_.try_emplace(node);
  }
}

bool PartHashes::wants_within(unsigned level, std::uint64_t index) const {
  for (unsigned below = 0; below < level; ++below) {
    const auto first = wanted_.lower_bound({below, index << (level - below)});
    if (first != wanted_.end() && first->first < Node{below, (index + 1) << (level - below)}) {
      return true;
    }
  }
  return false;
}

void PartHashes::add(unsigned level, Hash hash) {
  tree_.add(level, std::move(hash), [this](unsigned at, std::uint64_t index, const Hash& node) {
    const auto found = wanted_.find({at, index});
    if (found != wanted_.end()) found->second = node;
  });
}

Path PartHashes::of(std::span<const LeafRange> parts) const {
  Path path;
  for (const LeafRange& part : parts) {
    const std::vector<Node> nodes = nodes_of(part);
    Hash hash;
    for (auto node = nodes.rbegin(); node != nodes.rend(); ++node) {
      const Hash& known = wanted_.at(*node);
      if (known.empty()) throw std::out_of_range("audit: a part of the tree was not walked over");
      hash = hash.empty() ? known : node_hash(known, hash);
    }
    path.push_back(std::move(hash));
  }
  return path;
}

}  // namespace vneid::audit
