#include "audit/seal/proof_document.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace vneid::audit {
namespace {

using testing::HasSubstr;

StoredEvent numbered(int id) {
  const text::Json object{json_pack("{s:i,s:s,s:s}", "id", id, "event", "start", "result", "ok")};
  return StoredEvent::of_json(object.get()).value();
}

struct ProofDocument : testing::Test {
  ProofDocument() { keys.add(key); }

  Head head_of(int size) {
    Tree tree;
    for (int i = 0; i < size; ++i) tree.add(leaf_hash(numbered(i).canonical()));
    return sign_head({.tree = tree, .at = 1'000'000, .complete = true}, key);
  }
  std::string inclusion(int position, int size) {
    const auto parts =
        inclusion_parts(static_cast<std::uint64_t>(position), static_cast<std::uint64_t>(size));
    return InclusionProof{.event = numbered(position),
                          .position = static_cast<std::uint64_t>(position),
                          .path = path_of(parts, size),
                          .head = head_of(size)}
        .to_line();
  }
  static Path path_of(const std::vector<LeafRange>& parts, int size) {
    PartHashes hashes;
    hashes.want(parts);
    for (int i = 0; i < size; ++i) hashes.add(0, leaf_hash(numbered(i).canonical()));
    return hashes.of(parts);
  }
  std::string refused(std::string line, const std::string& old, const std::string& fresh) {
    const auto at = line.find(old);
    EXPECT_NE(at, std::string::npos) << old;
    line.replace(at, old.size(), fresh);
    const auto proven = check_proof(line, keys);
    EXPECT_FALSE(proven) << line;
    return proven ? std::string{} : proven.error();
  }

  crypto::SigningKey key = crypto::SigningKey::generate();
  crypto::VerifyingKeys keys;
};

TEST_F(ProofDocument, ProvesAnEvent) {
  for (int position = 0; position < 5; ++position) {
    const auto proven = check_proof(inclusion(position, 5), keys);
    ASSERT_TRUE(proven) << proven.error();
    EXPECT_THAT(*proven, HasSubstr("event " + std::to_string(position)));
    EXPECT_THAT(*proven, HasSubstr("head 0 (5 events, signed 1970-01-01T00:00:01.000000Z)"));
  }
}

TEST_F(ProofDocument, ProvesNothingElse) {
  const std::string line = inclusion(3, 5);
  EXPECT_THAT(refused(line, "\"start\"", "\"stop\""), HasSubstr("is not in the tree"));
  EXPECT_THAT(refused(line, "\"position\":3", "\"position\":2"), HasSubstr("is not in the tree"));
  EXPECT_THAT(refused(line, "\"position\":3", "\"position\":-3"), HasSubstr("no readable proof"));
  EXPECT_THAT(refused(line, "\"size\":5", "\"size\":6"), HasSubstr("is forged"));
  EXPECT_THAT(refused(line, "\"complete\":true", "\"complete\":false"), HasSubstr("is forged"));
  EXPECT_THAT(refused(line, "\"path\":[\"", "\"path\":[\"A"), HasSubstr("no readable proof"));
  EXPECT_THAT(refused(line, "vneid_audit_proof", "vneid_audit_poof"), HasSubstr("is no proof"));
  EXPECT_THAT(refused(line, "{", ""), HasSubstr("JSON"));
  EXPECT_THAT(check_proof(line, {}).error(), HasSubstr("not among the public keys"));
}

TEST_F(ProofDocument, ProvesThatOneTreeGoesOnFromAnother) {
  ConsistencyProof proof{
      .first = head_of(3), .second = head_of(7), .path = path_of(consistency_parts(3, 7), 7)};
  const auto proven = check_proof(proof.to_line(), keys);
  ASSERT_TRUE(proven) << proven.error();
  EXPECT_THAT(*proven, HasSubstr("goes on from"));
  proof.first = head_of(2);
  EXPECT_THAT(check_proof(proof.to_line(), keys).error(), HasSubstr("does not go on from"));
}

}  // namespace
}  // namespace vneid::audit
