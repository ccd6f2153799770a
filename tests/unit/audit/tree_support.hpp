#pragma once

#include <array>
#include <cstddef>
#include <string>

#include "audit/seal/tree.hpp"

namespace vneid::test {

/// The eight leaves of the vectors that RFC 6962's logs are tested with.
inline const std::array<std::string, 8>& known_leaves() {
  static const std::array<std::string, 8> leaves{
      "",
      std::string(1, '\0'),
      "\x10",
      "\x20\x21",
      "\x30\x31",
      "\x40\x41\x42\x43",
      "\x50\x51\x52\x53\x54\x55\x56\x57",
      "\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f"};
  return leaves;
}

inline audit::Hash numbered_leaf(std::size_t position) {
  return audit::leaf_hash("leaf " + std::to_string(position));
}

inline audit::Tree numbered_tree(std::size_t size) {
  audit::Tree tree;
  for (std::size_t i = 0; i < size; ++i) tree.add(numbered_leaf(i));
  return tree;
}

/// MTH of RFC 9162 §2.1.1 by its words, of the numbered leaves [begin, end).
inline audit::Hash defined_root(std::size_t begin, std::size_t end) {
  if (end - begin == 1) return numbered_leaf(begin);
  std::size_t split = 1;
  while (split * 2 < end - begin) split *= 2;
  return audit::node_hash(defined_root(begin, begin + split), defined_root(begin + split, end));
}

}  // namespace vneid::test
