#include "audit/seal/tree.hpp"

#include <array>
#include <bit>
#include <span>

#include <gtest/gtest.h>

#include "crypto/digest.hpp"
#include "unit/audit/tree_support.hpp"

namespace vneid::audit {
namespace {

// The leaves and roots that logs of RFC 6962 have been tested with since the first one.
TEST(MerkleTree, HasTheRootsOfTheKnownVectors) {
  constexpr std::array roots{"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                             "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
                             "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
                             "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
                             "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
                             "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
                             "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
                             "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};
  Tree tree;
  EXPECT_EQ(crypto::hex(tree.root()),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  for (std::size_t i = 0; i < roots.size(); ++i) {
    tree.add(leaf_hash(test::known_leaves()[i]));
    EXPECT_EQ(crypto::hex(tree.root()), roots[i]) << i;
  }
}

TEST(MerkleTree, HasTheRootOfTheDefinitionAtEachSize) {
  Tree tree;
  for (std::size_t size = 1; size <= 130; ++size) {
    tree.add(test::numbered_leaf(size - 1));
    EXPECT_EQ(tree.root(), test::defined_root(0, size)) << size;
    EXPECT_EQ(tree.peaks().size(), 32U * static_cast<unsigned>(std::popcount(size)));
  }
}

TEST(MerkleTree, GoesOnFromItsSubtrees) {
  for (std::size_t size = 0; size <= 40; ++size) {
    const Tree tree = test::numbered_tree(size);
    auto again = Tree::of(size, tree.peaks());
    ASSERT_TRUE(again);
    EXPECT_EQ(again->root(), tree.root());
    again->add(test::numbered_leaf(size));
    EXPECT_EQ(again->root(), test::defined_root(0, size + 1));
    EXPECT_FALSE(Tree::of(size, tree.peaks() + std::string(32, 'x')));
  }
}

TEST(MerkleTree, TellsOfEachSubtreeItCompletes) {
  Tree tree;
  std::string told;
  for (std::size_t i = 0; i < 4; ++i) {
    tree.add(0, test::numbered_leaf(i),
             [&told](unsigned level, std::uint64_t index, const Hash& hash) {
               told += std::to_string(level) + "/" + std::to_string(index) + " ";
               EXPECT_EQ(hash, test::defined_root(index << level, (index + 1) << level));
             });
  }
  EXPECT_EQ(told, "0/0 0/1 1/0 0/2 0/3 1/1 2/0 ");
}

TEST(MerkleTree, TakesWholeSubtrees) {
  Tree tree;
  for (const std::size_t begin : {0U, 4U, 8U}) {
    tree.add(2, test::defined_root(begin, begin + 4), [](auto...) {});
  }
  tree.add(test::numbered_leaf(12));
  EXPECT_EQ(tree.size(), 13U);
  EXPECT_EQ(tree.root(), test::defined_root(0, 13));
}

}  // namespace
}  // namespace vneid::audit
