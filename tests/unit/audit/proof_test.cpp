#include "audit/seal/proof.hpp"

#include <gtest/gtest.h>

#include "crypto/digest.hpp"
#include "unit/audit/tree_support.hpp"

namespace vneid::audit {
namespace {

Path path_of(const std::vector<LeafRange>& parts, std::size_t size) {
  PartHashes hashes;
  hashes.want(parts);
  for (std::size_t i = 0; i < size; ++i) hashes.add(0, test::numbered_leaf(i));
  EXPECT_EQ(hashes.root(), test::defined_root(0, size));
  return hashes.of(parts);
}

std::vector<std::string> known(const std::vector<LeafRange>& parts) {
  PartHashes hashes;
  hashes.want(parts);
  for (const std::string& leaf : test::known_leaves()) hashes.add(0, leaf_hash(leaf));
  std::vector<std::string> path;
  for (const Hash& hash : hashes.of(parts)) path.push_back(crypto::hex(hash));
  return path;
}

TEST(MerkleProof, HasThePathsOfTheKnownVectors) {
  const std::vector<std::string> first_of_eight{
      "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
      "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
      "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"};
  EXPECT_EQ(known(inclusion_parts(0, 8)), first_of_eight);
  EXPECT_EQ(known(consistency_parts(1, 8)), first_of_eight);
  EXPECT_EQ(known(consistency_parts(6, 8)),
            (std::vector<std::string>{
                "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
                "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"}));
}

// The example of RFC 9162 §2.1.5: a tree of seven leaves, d0 … d6.
TEST(MerkleProof, ConsistsOfThePartsOfTheRfcsExample) {
  using Parts = std::vector<LeafRange>;
  EXPECT_EQ(inclusion_parts(0, 7), (Parts{{1, 2}, {2, 4}, {4, 7}}));            // b, h, l
  EXPECT_EQ(inclusion_parts(3, 7), (Parts{{2, 3}, {0, 2}, {4, 7}}));            // c, g, l
  EXPECT_EQ(inclusion_parts(4, 7), (Parts{{5, 6}, {6, 7}, {0, 4}}));            // f, j, k
  EXPECT_EQ(inclusion_parts(6, 7), (Parts{{4, 6}, {0, 4}}));                    // i, k
  EXPECT_EQ(consistency_parts(3, 7), (Parts{{2, 3}, {3, 4}, {0, 2}, {4, 7}}));  // c, d, g, l
  EXPECT_EQ(consistency_parts(4, 7), (Parts{{4, 7}}));                          // l
  EXPECT_EQ(consistency_parts(6, 7), (Parts{{4, 6}, {6, 7}, {0, 4}}));          // i, j, k
}

TEST(MerkleProof, OfInclusionHoldsForItsLeafAlone) {
  for (std::size_t size = 1; size <= 33; ++size) {
    const Hash root = test::defined_root(0, size);
    for (std::size_t position = 0; position < size; ++position) {
      const Hash leaf = test::numbered_leaf(position);
      Path path = path_of(inclusion_parts(position, size), size);
      EXPECT_TRUE(includes(leaf, position, size, path, root)) << position << " of " << size;
      EXPECT_FALSE(includes(test::numbered_leaf(size), position, size, path, root));
      EXPECT_FALSE(includes(leaf, position + 1, size, path, root));
      EXPECT_FALSE(includes(leaf, position, size, path, leaf_hash("another root")));
      path.push_back(leaf);
      EXPECT_FALSE(includes(leaf, position, size, path, root));
      path.pop_back();
      if (path.empty()) continue;
      path.back().front() ^= 1;
      EXPECT_FALSE(includes(leaf, position, size, path, root));
      path.pop_back();
      EXPECT_FALSE(includes(leaf, position, size, path, root));
    }
  }
}

TEST(MerkleProof, OfConsistencyHoldsForItsTreesAlone) {
  for (std::size_t second = 1; second <= 33; ++second) {
    const Hash newer = test::defined_root(0, second);
    for (std::size_t first = 1; first <= second; ++first) {
      const Hash older = test::defined_root(0, first);
      Path path = path_of(consistency_parts(first, second), second);
      EXPECT_TRUE(consistent(first, older, second, newer, path)) << first << " to " << second;
      EXPECT_FALSE(consistent(first, leaf_hash("x"), second, newer, path));
      EXPECT_FALSE(consistent(first, older, second, leaf_hash("x"), path));
      EXPECT_EQ(consistent(first + 1, older, second, newer, path), false);
      path.push_back(older);
      EXPECT_FALSE(consistent(first, older, second, newer, path));
      path.pop_back();
      if (path.empty()) continue;
      path.front().front() ^= 1;
      EXPECT_FALSE(consistent(first, older, second, newer, path));
    }
  }
  EXPECT_TRUE(consistent(0, Tree{}.root(), 5, test::defined_root(0, 5), {}));
  EXPECT_FALSE(consistent(0, leaf_hash("x"), 5, test::defined_root(0, 5), {}));
}

// As the database gives it: whole subtrees where nothing within is wanted.
TEST(MerkleProof, IsTheSameOutOfKeptSubtrees) {
  constexpr unsigned level = 2;
  constexpr std::size_t kept = 4;
  for (const std::size_t size : {4U, 7U, 12U, 21U, 32U}) {
    for (std::size_t position = 0; position < size; ++position) {
      const auto parts = inclusion_parts(position, size);
      PartHashes hashes;
      hashes.want(parts);
      for (std::size_t begin = 0; begin < size; begin += kept) {
        const bool whole = begin + kept <= size && !hashes.wants_within(level, begin / kept);
        EXPECT_FALSE(whole && position >= begin && position < begin + kept);
        if (whole) hashes.add(level, test::defined_root(begin, begin + kept));
        for (std::size_t i = begin; !whole && i < begin + kept && i < size; ++i) {
          hashes.add(0, test::numbered_leaf(i));
        }
      }
      EXPECT_EQ(hashes.of(parts), path_of(parts, size)) << position << " of " << size;
    }
  }
}

TEST(MerkleProof, IsNotGivenForWhatWasNotWalkedOver) {
  const auto parts = inclusion_parts(0, 4);
  PartHashes hashes;
  hashes.want(parts);
  hashes.add(0, test::numbered_leaf(0));
  EXPECT_THROW(static_cast<void>(hashes.of(parts)), std::out_of_range);
}

}  // namespace
}  // namespace vneid::audit
