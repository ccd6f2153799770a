// What the header of an ID token may say, and which signatures and keys are accepted.
#include <string>

#include <gtest/gtest.h>

#include "oidc/token/id_token.hpp"
#include "unit/oidc/id_tokens.hpp"
#include "unit/oidc/test_keys.hpp"

namespace vneid::oidc {
namespace {

using namespace test;  // NOLINT: the helpers are this test's vocabulary

struct HeaderRow {
  const char* title;
  const char* header;
  const char* verdict;
};

class IdTokenHeader : public testing::TestWithParam<HeaderRow> {};

TEST_P(IdTokenHeader, IsJudged) {
  EXPECT_EQ(verdict(with_header(GetParam().header)), GetParam().verdict);
}

const HeaderRow header_rows[] = {
    {"alg_missing", R"({"kid":"a"})", "algorithm"},
    {"alg_none", R"({"alg":"none","kid":"a"})", "algorithm"},
    {"alg_None", R"({"alg":"None","kid":"a"})", "algorithm"},
    {"alg_nOnE", R"({"alg":"nOnE","kid":"a"})", "algorithm"},
    {"alg_lower", R"({"alg":"rs256","kid":"a"})", "algorithm"},
    {"alg_null", R"({"alg":null,"kid":"a"})", "algorithm"},
    {"alg_array", R"({"alg":["RS256"],"kid":"a"})", "algorithm"},
    {"alg_HS256", R"({"alg":"HS256","kid":"a"})", "algorithm"},
    {"alg_dir", R"({"alg":"dir","enc":"A128GCM","kid":"a"})", "malformed"},
    {"alg_other_type", R"({"alg":"ES256","kid":"a"})", "unknown_key"},
    {"alg_not_of_key", R"({"alg":"RS384","kid":"a"})", "unknown_key"},
    {"alg_twice", R"({"alg":"RS256","alg":"none","kid":"a"})", "malformed"},
    {"no_type", R"({"alg":"RS256","kid":"a"})", "ok"},
    {"type_lower", R"({"alg":"RS256","kid":"a","typ":"jwt"})", "ok"},
    {"type_full", R"({"alg":"RS256","kid":"a","typ":"application/jwt"})", "ok"},
    {"type_logout", R"({"alg":"RS256","kid":"a","typ":"logout+jwt"})", "type"},
    {"type_access", R"({"alg":"RS256","kid":"a","typ":"at+jwt"})", "type"},
    {"type_not_text", R"({"alg":"RS256","kid":"a","typ":1})", "malformed"},
    {"crit_unknown", R"({"alg":"RS256","kid":"a","crit":["exp"],"exp":1})", "malformed"},
    {"crit_known_to_cjose", R"({"alg":"RS256","kid":"a","crit":["alg"]})", "malformed"},
    {"b64", R"({"alg":"RS256","kid":"a","b64":true})", "malformed"},
    {"enc", R"({"alg":"RS256","kid":"a","enc":"A128GCM"})", "malformed"},
    {"zip", R"({"alg":"RS256","kid":"a","zip":"DEF"})", "malformed"},
    {"kid_unknown", R"({"alg":"RS256","kid":"b"})", "unknown_key"},
    {"kid_path", R"({"alg":"RS256","kid":"../../dev/null"})", "unknown_key"},
    {"kid_sql", R"({"alg":"RS256","kid":"a' OR '1'='1"})", "unknown_key"},
    {"kid_redis", R"({"alg":"RS256","kid":"a\r\nFLUSHALL\r\n"})", "unknown_key"},
    {"kid_nul", R"({"alg":"RS256","kid":"a\u0000"})", "malformed"},
    {"kid_number", R"({"alg":"RS256","kid":1})", "malformed"},
    {"kid_empty", R"({"alg":"RS256","kid":""})", "unknown_key"},
    {"header_array", R"(["RS256"])", "malformed"},
    {"header_text", R"("RS256")", "malformed"},
    {"header_trailing", R"({"alg":"RS256","kid":"a"}{})", "malformed"},
    {"header_not_utf8", "{\"alg\":\"RS256\",\"kid\":\"a\",\"x\":\"\xFF\"}", "malformed"},
    {"jku_ignored", R"({"alg":"RS256","kid":"a","jku":"http://127.0.0.1/keys"})", "ok"},
    {"x5u_x5c_ignored", R"({"alg":"RS256","kid":"a","x5u":"http://a/","x5c":["AA"]})", "ok"},
};

INSTANTIATE_TEST_SUITE_P(Table, IdTokenHeader, testing::ValuesIn(header_rows), title<HeaderRow>);

TEST(IdToken, KeyInItsOwnHeaderIsIgnored) {
  const std::string header = R"({"alg":"RS256","kid":"a","jwk":)" + TestKey::rsa_b().jwk() + "}";
  EXPECT_EQ(verdict(TestKey::rsa_b().token(header, text_of(good_claims()))), "signature");
  EXPECT_EQ(verdict(TestKey::rsa_a().token(header, text_of(good_claims()))), "ok");
}

TEST(IdToken, SymmetricSignatureWithThePublicKeyIsRefused) {
  const std::string input = TestKey::encoded(R"({"alg":"HS256","kid":"a"})") + "." +
                            TestKey::encoded(text_of(good_claims()));
  const std::string mac = crypto::hmac_sha256(TestKey::rsa_a().public_pem(), input);
  EXPECT_EQ(verdict(input + "." + TestKey::encoded(mac)), "algorithm");
}

TEST(IdToken, EveryAlgorithmOnTheListVerifies) {
  const auto token = [](const TestKey& key, const std::string& algorithm) {
    const int bits = std::stoi(algorithm.substr(2));
    return key.token(R"({"alg":")" + algorithm + "\"}", text_of(good_claims()), bits,
                     algorithm.starts_with("PS"));
  };
  const KeySet set = keys({TestKey::rsa_a().jwk(), TestKey::ec_256().jwk(), TestKey::ec_384().jwk(),
                           TestKey::ec_521().jwk()});
  for (const char* name : {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"}) {
    EXPECT_EQ(verdict(token(TestKey::rsa_a(), name), set), "ok") << name;
    EXPECT_EQ(verdict(token(TestKey::rsa_b(), name), set), "signature") << name;
  }
  EXPECT_EQ(verdict(token(TestKey::ec_256(), "ES256"), set), "ok");
  EXPECT_EQ(verdict(token(TestKey::ec_384(), "ES384"), set), "ok");
  EXPECT_EQ(verdict(token(TestKey::ec_521(), "ES512"), set), "ok");
}

TEST(IdToken, WithoutKeyIdTheFittingKeysAreTried) {
  const std::string token = with_header(R"({"alg":"RS256"})");
  EXPECT_EQ(verdict(token, keys({TestKey::rsa_a().jwk(R"("kid":"a")")})), "ok");
  EXPECT_EQ(verdict(token, keys({TestKey::ec_256().jwk(), TestKey::rsa_b().jwk(R"("kid":"b")"),
                                 TestKey::rsa_a().jwk(R"("kid":"a")")})),
            "ok");
  EXPECT_EQ(verdict(token, keys({TestKey::rsa_a().jwk(R"("use":"enc")")})), "unknown_key");
  const auto failed =
      verify_id_token(token, keys({TestKey::rsa_b().jwk(R"("kid":"b")")}), expected());
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().error, IdTokenError::signature);
  EXPECT_TRUE(failed.error().key_unnamed) << "so that a rotated key is looked for";
  const auto named = verify_id_token(TestKey::rsa_b().token(good_header, text_of(good_claims())),
                                     usual_keys(), expected());
  EXPECT_FALSE(named.error().key_unnamed);
}

TEST(IdToken, TwoKeysOfOneIdAreBothTried) {
  const KeySet set =
      keys({TestKey::rsa_b().jwk(R"("kid":"a")"), TestKey::rsa_a().jwk(R"("kid":"a")")});
  EXPECT_EQ(verdict(with_header(good_header), set), "ok");
}

TEST(IdToken, CurveMustFitTheAlgorithm) {
  const KeySet set = keys({TestKey::ec_384().jwk(R"("kid":"e")")});
  const std::string header = R"({"alg":"ES256","kid":"e"})";
  EXPECT_EQ(verdict(TestKey::ec_384().token(header, text_of(good_claims())), set), "unknown_key");
}

TEST(IdToken, PssAndPkcsAreNotMixed) {
  const KeySet set = keys({TestKey::rsa_a().jwk()});
  const std::string claims = text_of(good_claims());
  EXPECT_EQ(verdict(TestKey::rsa_a().token(R"({"alg":"RS256"})", claims, 256, true), set),
            "signature");
  EXPECT_EQ(verdict(TestKey::rsa_a().token(R"({"alg":"PS256"})", claims, 256, false), set),
            "signature");
}

}  // namespace
}  // namespace vneid::oidc
