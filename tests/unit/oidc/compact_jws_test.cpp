// Encodings and signatures of tokens: what is not exactly one canonical text is refused.
#include <chrono>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <openssl/err.h>

#include "oidc/jose/private_key.hpp"
#include "oidc/token/id_token.hpp"
#include "unit/oidc/test_keys.hpp"

namespace vneid::oidc {
namespace {

using test::jwks;
using test::TestKey;

const std::string payload =
    R"({"iss":"https://sso.example","aud":"portal","sub":"s","exp":1770000300,)"
    R"("iat":1770000000,"nonce":"n"})";

std::string verdict(const std::string& token, const std::vector<std::string>& keys) {
  const IdTokenExpectations expectations{.issuer = "https://sso.example",
                                         .client_id = "portal",
                                         .nonce = "n",
                                         .access_token = "t",
                                         .now = Wall{std::chrono::seconds{1'770'000'000}}};
  const auto result = verify_id_token(token, *KeySet::parse(jwks(keys)), expectations);
  return result ? "ok" : result.error().text;
}

std::string rsa_verdict(const std::string& token) {
  return verdict(token, {TestKey::rsa_a().jwk()});
}

std::string good() { return TestKey::rsa_a().token(R"({"alg":"RS256"})", payload); }

TEST(CompactJws, HasThreePartsOfCanonicalBase64url) {
  const std::string token = good();
  const std::size_t first = token.find('.');
  const std::size_t second = token.rfind('.');
  EXPECT_EQ(rsa_verdict(token), "ok");
  const std::string parts = "token has not three parts";
  EXPECT_EQ(rsa_verdict(""), parts);
  EXPECT_EQ(rsa_verdict(".."), parts);
  EXPECT_EQ(rsa_verdict(token.substr(0, second)), parts);
  EXPECT_EQ(rsa_verdict(token.substr(0, second + 1)), parts) << "signature left out";
  EXPECT_EQ(rsa_verdict(token.substr(first)), parts);
  EXPECT_EQ(rsa_verdict(token + ".AAAA"), parts);
  EXPECT_EQ(rsa_verdict(token + "."), parts);
  EXPECT_EQ(rsa_verdict(token + ".AAAA.AAAA"), parts);
  const std::string encoding = "token is not base64url";
  EXPECT_EQ(rsa_verdict(token + "="), encoding);
  EXPECT_EQ(rsa_verdict(token + "=="), encoding);
  EXPECT_EQ(rsa_verdict(token + "\n"), encoding);
  EXPECT_EQ(rsa_verdict(" " + token), encoding);
  EXPECT_EQ(rsa_verdict(token + std::string(1, '\0')), encoding);
}

/// The last character of a 256-byte signature carries two unused bits: four texts for one
/// signature, of which one is canonical.
TEST(CompactJws, RefusesUnusedBits) {
  std::string token = good();
  static constexpr std::string_view alphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  token.back() = alphabet[alphabet.find(token.back()) + 1];
  EXPECT_EQ(rsa_verdict(token), "token is not base64url");
}

TEST(CompactJws, RefusesEveryChangedByte) {
  const std::string token = good();
  for (std::size_t i = 0; i < token.size(); i += 7) {
    std::string changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_NE(rsa_verdict(changed), "ok") << i;
  }
}

TEST(CompactJws, BoundsSizeAndDepth) {
  const auto token = [](const std::string& member) {
    std::string text = payload;
    text.pop_back();
    return TestKey::rsa_a().token(R"({"alg":"RS256"})", text + ",\"x\":" + member + "}");
  };
  EXPECT_EQ(rsa_verdict(token("\"" + std::string(1'000'000, 'x') + "\"")), "token is too large");
  EXPECT_EQ(rsa_verdict(token(std::string(31, '[') + std::string(31, ']'))), "ok");
  EXPECT_EQ(rsa_verdict(token(std::string(32, '[') + std::string(32, ']'))),
            "payload is nested too deep");
  EXPECT_EQ(rsa_verdict(token(std::string(10'000, '[') + std::string(10'000, ']'))),
            "payload is nested too deep");
  EXPECT_EQ(
      rsa_verdict(token("\"" + std::string(100, '[') + "\\\"" + std::string(100, '{') + "\"")),
      "ok")
      << "brackets in a text are no depth";
}

TEST(CompactJws, RefusesPayloadsThatAreNoStrictObject) {
  const auto token = [](const std::string& text) {
    return TestKey::rsa_a().token(R"({"alg":"RS256"})", text);
  };
  std::string twice = payload;
  twice.insert(1, R"("sub":"someone else",)");
  EXPECT_TRUE(rsa_verdict(token(twice)).starts_with("payload has a member twice"));
  EXPECT_TRUE(rsa_verdict(token(payload + " {}")).starts_with("payload has something behind"));
  EXPECT_EQ(rsa_verdict(token("[" + payload + "]")), "payload is not a JSON object");
  EXPECT_TRUE(rsa_verdict(token("{\"x\":\"\xC3\x28\"}")).starts_with("payload is not UTF-8"));
  EXPECT_TRUE(rsa_verdict(token("{")).starts_with("payload ends too early"));
  EXPECT_TRUE(rsa_verdict(token(R"({"x":NaN})")).starts_with("payload is not JSON"));
}

TEST(CompactJws, EcdsaSignaturesHaveOneLength) {
  const std::string input =
      TestKey::encoded(R"({"alg":"ES256"})") + "." + TestKey::encoded(payload);
  const std::string made = TestKey::ec_256().signature(input);
  const auto judged = [&input](const std::string& signature) {
    return verdict(input + "." + TestKey::encoded(signature), {TestKey::ec_256().jwk()});
  };
  EXPECT_EQ(judged(made), "ok");
  // cjose halves what it is given: zeros in front of r and s, or a byte behind, change nothing.
  const std::string widened =
      std::string(1, '\0') + made.substr(0, 32) + std::string(1, '\0') + made.substr(32);
  EXPECT_EQ(judged(widened), "signature is wrong");
  EXPECT_EQ(judged(made + 'x'), "signature is wrong");
  EXPECT_EQ(judged(std::string(64, '\0')), "signature is wrong") << "r and s zero";
  EXPECT_EQ(judged(std::string(32, '\0') + made.substr(32)), "signature is wrong");
  EXPECT_EQ(judged(made.substr(0, 32) + std::string(32, '\0')), "signature is wrong");
  EXPECT_EQ(judged(made.substr(0, 63)), "signature is wrong");
}

TEST(CompactJws, RsaSignatureIsAsLongAsTheModulus) {
  const std::string input =
      TestKey::encoded(R"({"alg":"PS256"})") + "." + TestKey::encoded(payload);
  std::string made;
  do {  // PSS is salted: look for one that begins with a zero byte, which could be left out
    made = TestKey::rsa_a().signature(input, 256, true);
  } while (made.front() != '\0');
  EXPECT_EQ(rsa_verdict(input + "." + TestKey::encoded(made)), "ok");
  EXPECT_EQ(rsa_verdict(input + "." + TestKey::encoded(made.substr(1))), "signature is wrong");
}

TEST(CompactJws, LeavesNothingInOpenSslsQueue) {
  const auto left_behind = [](const TestKey& signer, const char* header, const TestKey& known) {
    const std::string token = signer.token(header, payload);
    const auto keys = KeySet::parse(jwks({known.jwk()}));
    ERR_clear_error();
    EXPECT_FALSE(verify_id_token(token, *keys, {}));
    return ERR_get_error();
  };
  EXPECT_EQ(left_behind(TestKey::rsa_b(), R"({"alg":"RS256"})", TestKey::rsa_a()), 0U);
  EXPECT_EQ(left_behind(TestKey::rsa_b(), R"({"alg":"PS256"})", TestKey::rsa_a()), 0U);
  ERR_clear_error();
  EXPECT_FALSE(PrivateKey::read("not a key"));
  EXPECT_EQ(ERR_get_error(), 0U);
}

}  // namespace
}  // namespace vneid::oidc
