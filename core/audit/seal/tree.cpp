#include "audit/seal/tree.hpp"

#include <bit>
#include <ranges>

#include "crypto/digest.hpp"

namespace vneid::audit {

Hash leaf_hash(std::string_view content) {
  std::string bytes(1, '\0');
  bytes.append(content);
  return crypto::sha256(bytes);
}

Hash node_hash(std::string_view left, std::string_view right) {
  std::string bytes(1, '\1');
  bytes.append(left).append(right);
  return crypto::sha256(bytes);
}

std::optional<Tree> Tree::of(std::uint64_t size, std::string_view peaks) {
  if (peaks.size() != hash_size * static_cast<std::size_t>(std::popcount(size)))
    return std::nullopt;
  Tree tree;
  tree.size_ = size;
  for (; !peaks.empty(); peaks.remove_prefix(hash_size)) {
    tree.peaks_.emplace_back(peaks.substr(0, hash_size));
  }
  return tree;
}

Hash Tree::root() const {
  if (peaks_.empty()) return crypto::sha256({});
  Hash root = peaks_.back();
  for (const Hash& left : std::views::reverse(peaks_) | std::views::drop(1)) {
    root = node_hash(left, root);
  }
  return root;
}

std::string Tree::peaks() const {
  std::string all;
  for (const Hash& peak : peaks_) all += peak;
  return all;
}

}  // namespace vneid::audit
