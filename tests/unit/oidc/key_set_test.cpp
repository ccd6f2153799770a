#include "oidc/jose/key_set.hpp"

#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "unit/oidc/test_keys.hpp"

namespace vneid::oidc {
namespace {

using test::jwks;
using test::TestKey;

std::size_t usable(const std::vector<std::string>& keys) {
  const auto set = KeySet::parse(jwks(keys));
  return set ? set->size() : 999;
}

std::string rsa_with(const std::string& modulus, const std::string& exponent) {
  return R"({"kty":"RSA","n":")" + TestKey::encoded(modulus) + R"(","e":")" +
         TestKey::encoded(exponent) + "\"}";
}

TEST(KeySet, TakesRsaAndEcKeys) {
  EXPECT_EQ(usable({TestKey::rsa_a().jwk(), TestKey::ec_256().jwk(), TestKey::ec_384().jwk(),
                    TestKey::ec_521().jwk()}),
            4U);
}

TEST(KeySet, PassesOverWhatItMustNotUse) {
  const std::vector<std::string> unusable{
      R"({"kty":"oct","k":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"})",
      R"({"kty":"OKP","crv":"Ed25519","x":"AAAA"})",
      R"({"n":"AAAA"})",
      "{}",
      "7",
      "null",
      TestKey::rsa_a().jwk(R"("use":"enc")"),
      TestKey::rsa_a().jwk(R"("use":1)"),
      TestKey::rsa_a().jwk(R"("key_ops":["encrypt"])"),
      TestKey::rsa_a().jwk(R"("key_ops":[])"),
      TestKey::rsa_a().jwk(R"("kid":1)"),
      TestKey::rsa_a().jwk(R"("alg":1)"),
      TestKey::rsa_a().jwk(R"("kid":")" + std::string(257, 'k') + "\""),
      TestKey::rsa_small().jwk(),
  };
  for (const auto& key : unusable) EXPECT_EQ(usable({key}), 0U) << key;
  EXPECT_EQ(usable({unusable[0], TestKey::rsa_a().jwk(), unusable[3]}), 1U)
      << "one bad key does not spoil the others";
}

TEST(KeySet, BoundsRsaKeys) {
  const std::string modulus = TestKey::rsa_a().number(OSSL_PKEY_PARAM_RSA_N);
  const std::string usual{"\x01\x00\x01", 3};
  EXPECT_EQ(usable({rsa_with(modulus, usual)}), 1U);
  EXPECT_EQ(usable({rsa_with(std::string(1, '\0') + modulus, usual)}), 1U) << "sign byte";
  std::string shorter = modulus;
  shorter[0] = '\x7F';
  EXPECT_EQ(usable({rsa_with(shorter, usual)}), 0U) << "2047 bits";
  EXPECT_EQ(usable({rsa_with(std::string(1, '\0') + modulus.substr(1), usual)}), 0U);
  EXPECT_EQ(usable({rsa_with(std::string(1024, '\xFF'), usual)}), 1U);
  EXPECT_EQ(usable({rsa_with(std::string(1025, '\xFF'), usual)}), 0U);
  EXPECT_EQ(usable({rsa_with(std::string(300, '\0'), usual)}), 0U);
  EXPECT_EQ(usable({rsa_with(modulus, "\x01")}), 0U);
  EXPECT_EQ(usable({rsa_with(modulus, std::string{"\x00\x01", 2})}), 0U);
  EXPECT_EQ(usable({rsa_with(modulus, "\x02")}), 0U);
  EXPECT_EQ(usable({rsa_with(modulus, "")}), 0U);
  EXPECT_EQ(usable({rsa_with(modulus, std::string(9, '\x03'))}), 0U);
  EXPECT_EQ(usable({R"({"kty":"RSA","n":")" + TestKey::encoded(modulus) + R"(=","e":"AQAB"})"}),
            0U);
}

TEST(KeySet, ChecksCurvePoints) {
  const std::string x = TestKey::ec_256().number(OSSL_PKEY_PARAM_EC_PUB_X, 32);
  std::string y = TestKey::ec_256().number(OSSL_PKEY_PARAM_EC_PUB_Y, 32);
  const auto key = [](const std::string& curve, const std::string& px, const std::string& py) {
    return R"({"kty":"EC","crv":")" + curve + R"(","x":")" + TestKey::encoded(px) + R"(","y":")" +
           TestKey::encoded(py) + "\"}";
  };
  EXPECT_EQ(usable({key("P-256", x, y)}), 1U);
  EXPECT_EQ(usable({key("secp256k1", x, y)}), 0U);
  EXPECT_EQ(usable({key("P-384", x, y)}), 0U);
  EXPECT_EQ(usable({key("P-256", std::string(1, '\0') + x, y)}), 0U);
  y.back() = static_cast<char>(y.back() ^ 1);
  EXPECT_EQ(usable({key("P-256", x, y)}), 0U) << "not on the curve";
  EXPECT_EQ(usable({key("P-256", std::string(32, '\0'), std::string(32, '\0'))}), 0U);
}

TEST(KeySet, RefusesWhatIsNoKeySet) {
  const auto refused = [](const std::string& document) { return !KeySet::parse(document); };
  EXPECT_TRUE(refused(""));
  EXPECT_TRUE(refused("<html>Request Rejected</html>"));
  EXPECT_TRUE(refused("[]"));
  EXPECT_TRUE(refused("{}"));
  EXPECT_TRUE(refused(R"({"keys":{}})"));
  EXPECT_TRUE(refused(R"({"keys":[],"keys":[]})"));
  EXPECT_TRUE(refused(R"({"keys":[]})" + std::string(KeySet::max_document_size, ' ')));
  EXPECT_TRUE(refused(jwks(std::vector<std::string>(10'000, "{}"))));
  EXPECT_FALSE(refused(jwks(std::vector<std::string>(KeySet::max_keys, "{}"))));
  EXPECT_TRUE(refused(jwks(std::vector<std::string>(KeySet::max_keys + 1, "{}"))));
  EXPECT_EQ(usable({}), 0U);
}

std::size_t candidates(const KeySet& set, const std::optional<std::string>& id,
                       const char* algorithm) {
  return set.candidates(id, *find_algorithm(algorithm)).size();
}

TEST(KeySet, ChoosesByIdTypeAndAlgorithm) {
  const auto set = KeySet::parse(jwks({
      TestKey::rsa_a().jwk(R"("kid":"a")"),
      TestKey::rsa_b().jwk(R"("kid":"a","alg":"PS256")"),
      TestKey::ec_256().jwk(R"("kid":"a")"),
      TestKey::ec_384().jwk(R"("kid":"b")"),
      TestKey::rsa_b().jwk(R"("alg":"RSA-OAEP")"),
  }));
  ASSERT_TRUE(set);
  EXPECT_EQ(candidates(*set, "a", "RS256"), 1U);
  EXPECT_EQ(candidates(*set, "a", "PS256"), 2U) << "both RSA keys of that id";
  EXPECT_EQ(candidates(*set, "a", "ES256"), 1U);
  EXPECT_EQ(candidates(*set, "a", "ES384"), 0U);
  EXPECT_EQ(candidates(*set, "b", "RS256"), 0U);
  EXPECT_EQ(candidates(*set, std::nullopt, "RS256"), 1U);
  EXPECT_EQ(candidates(*set, std::nullopt, "ES384"), 1U);
  EXPECT_EQ(candidates(*set, "", "RS256"), 0U) << "an empty kid is a kid";
}

TEST(KeySet, TriesAFewKeysOnly) {
  const auto set = KeySet::parse(jwks(std::vector<std::string>(9, TestKey::rsa_a().jwk())));
  ASSERT_TRUE(set);
  EXPECT_EQ(candidates(*set, std::nullopt, "RS256"), KeySet::max_candidates);
}

}  // namespace
}  // namespace vneid::oidc
