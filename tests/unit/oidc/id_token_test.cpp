#include "oidc/id_token.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "unit/oidc/test_keys.hpp"

namespace vneid::oidc {

namespace {

using test::jwks;
using test::TestKey;

constexpr std::int64_t now_seconds = 1'770'000'000;

/// The claims of a good token as JSON texts by name; a test changes one.
using Claims = std::map<std::string, std::string>;

Claims good_claims() {
  return {
      {"iss", R"("https://sso.example")"},
      {"aud", R"("portal")"},
      {"sub", R"("person-1")"},
      {"exp", std::to_string(now_seconds + 300)},
      {"iat", std::to_string(now_seconds)},
      {"nonce", R"("the-nonce")"},
  };
}

std::string text_of(const Claims& claims) {
  std::string text = "{";
  for (const auto& [name, value] : claims) {
    if (text.size() > 1) text += ',';
    text += "\"" + name + "\":" + value;
  }
  return text + "}";
}

IdTokenExpectations expected() {
  return {.issuer = "https://sso.example",
          .client_id = "portal",
          .nonce = "the-nonce",
          .access_token = "the-access-token",
          .now = Wall{std::chrono::seconds{now_seconds}},
          .leeway = Milliseconds{30'000}};
}

constexpr const char* good_header = R"({"alg":"RS256","kid":"a","typ":"JWT"})";

KeySet keys(const std::vector<std::string>& members) { return *KeySet::parse(jwks(members)); }

const KeySet& usual_keys() {
  static const KeySet set = keys({TestKey::rsa_a().jwk(R"("kid":"a","use":"sig","alg":"RS256")"),
                                  TestKey::ec_256().jwk(R"("kid":"e")")});
  return set;
}

/// "ok" or the error's name.
std::string verdict(const std::string& token, const KeySet& set = usual_keys(),
                    const IdTokenExpectations& expectations = expected()) {
  const auto result = verify_id_token(token, set, expectations);
  if (result) return "ok";
  static const std::map<IdTokenError, const char*> names{
      {IdTokenError::malformed, "malformed"},
      {IdTokenError::algorithm, "algorithm"},
      {IdTokenError::type, "type"},
      {IdTokenError::unknown_key, "unknown_key"},
      {IdTokenError::signature, "signature"},
      {IdTokenError::issuer, "issuer"},
      {IdTokenError::audience, "audience"},
      {IdTokenError::subject, "subject"},
      {IdTokenError::expired, "expired"},
      {IdTokenError::issued_at, "issued_at"},
      {IdTokenError::not_before, "not_before"},
      {IdTokenError::nonce, "nonce"},
      {IdTokenError::access_token_hash, "access_token_hash"},
  };
  return names.at(result.error().error);
}

/// A token signed by the usual key, with claims as changed by the test.
std::string with_claim(const std::string& name, const std::string& value) {
  Claims claims = good_claims();
  if (value.empty()) {
    claims.erase(name);
  } else {
    claims[name] = value;
  }
  return TestKey::rsa_a().token(good_header, text_of(claims));
}

std::string with_header(const std::string& header) {
  return TestKey::rsa_a().token(header, text_of(good_claims()));
}

TEST(IdToken, IsAcceptedAndGivesItsSubjectAndClaims) {
  const auto token =
      verify_id_token(with_claim("SoDinhDanh", R"("052089999999")"), usual_keys(), expected());
  ASSERT_TRUE(token) << token.error().text;
  EXPECT_EQ(token->subject, "person-1");
  EXPECT_EQ(json_text(token->claims.get(), "SoDinhDanh"), "052089999999");
}

struct ClaimRow {
  const char* title;
  const char* claim;
  std::string value;  ///< JSON; empty: the claim is missing
  const char* verdict;
};

class IdTokenClaim : public testing::TestWithParam<ClaimRow> {};

TEST_P(IdTokenClaim, IsJudged) {
  EXPECT_EQ(verdict(with_claim(GetParam().claim, GetParam().value)), GetParam().verdict);
}

std::string seconds(std::int64_t offset) { return std::to_string(now_seconds + offset); }

const ClaimRow claim_rows[] = {
    {"iss_wrong", "iss", R"("https://other.example")", "issuer"},
    {"iss_with_slash", "iss", R"("https://sso.example/")", "issuer"},
    {"iss_other_case", "iss", R"("https://SSO.example")", "issuer"},
    {"iss_missing", "iss", "", "issuer"},
    {"iss_array", "iss", R"(["https://sso.example"])", "issuer"},
    {"aud_wrong", "aud", R"("other")", "audience"},
    {"aud_missing", "aud", "", "audience"},
    {"aud_null", "aud", "null", "audience"},
    {"aud_empty_array", "aud", "[]", "audience"},
    {"aud_array_of_us", "aud", R"(["portal"])", "ok"},
    {"aud_array_of_us_twice", "aud", R"(["portal","portal"])", "ok"},
    {"aud_array_of_others", "aud", R"(["other"])", "audience"},
    {"aud_foreign_extra", "aud", R"(["portal","other"])", "audience"},
    {"aud_extra_not_text", "aud", R"(["portal",1])", "audience"},
    {"aud_object", "aud", R"({"portal":1})", "audience"},
    {"azp_us", "azp", R"("portal")", "ok"},
    {"azp_other", "azp", R"("other")", "audience"},
    {"azp_not_text", "azp", "1", "audience"},
    {"sub_missing", "sub", "", "subject"},
    {"sub_empty", "sub", R"("")", "subject"},
    {"sub_number", "sub", "7", "subject"},
    {"sub_null", "sub", "null", "subject"},
    {"sub_255", "sub", "\"" + std::string(255, 's') + "\"", "ok"},
    {"sub_256", "sub", "\"" + std::string(256, 's') + "\"", "subject"},
    {"sub_is_client", "sub", R"("portal")", "subject"},
    {"exp_missing", "exp", "", "expired"},
    {"exp_zero", "exp", "0", "expired"},
    {"exp_negative", "exp", "-1", "expired"},
    {"exp_text", "exp", "\"" + seconds(300) + "\"", "expired"},
    {"exp_huge", "exp", "1e300", "expired"},
    {"exp_infinite", "exp", "1e999", "malformed"},
    {"exp_too_big_integer", "exp", "99999999999999999999999", "malformed"},
    {"exp_bool", "exp", "true", "expired"},
    {"exp_fraction", "exp", seconds(300) + ".5", "ok"},
    {"exp_within_leeway", "exp", seconds(-29), "ok"},
    {"exp_at_leeway", "exp", seconds(-30), "expired"},
    {"iat_missing", "iat", "", "issued_at"},
    {"iat_text", "iat", "\"" + seconds(0) + "\"", "issued_at"},
    {"iat_within_leeway", "iat", seconds(30), "ok"},
    {"iat_future", "iat", seconds(31), "issued_at"},
    {"iat_huge", "iat", "1e300", "issued_at"},
    {"iat_negative", "iat", "-5", "issued_at"},
    {"nbf_past", "nbf", seconds(-5), "ok"},
    {"nbf_within_leeway", "nbf", seconds(30), "ok"},
    {"nbf_future", "nbf", seconds(31), "not_before"},
    {"nbf_text", "nbf", R"("1")", "not_before"},
    {"nonce_wrong", "nonce", R"("another")", "nonce"},
    {"nonce_missing", "nonce", "", "nonce"},
    {"nonce_longer", "nonce", R"("the-nonce2")", "nonce"},
    {"nonce_array", "nonce", R"(["the-nonce"])", "nonce"},
    {"at_hash_wrong", "at_hash", R"("AAAAAAAAAAAAAAAAAAAAAA")", "access_token_hash"},
    {"at_hash_empty", "at_hash", R"("")", "access_token_hash"},
    {"at_hash_number", "at_hash", "1", "access_token_hash"},
    {"distributed_claims", "_claim_sources", R"({"s":{"endpoint":"http://127.0.0.1/"}})", "ok"},
};

template <class Row>
std::string title(const testing::TestParamInfo<Row>& info) {
  return info.param.title;
}

INSTANTIATE_TEST_SUITE_P(Table, IdTokenClaim, testing::ValuesIn(claim_rows), title<ClaimRow>);

TEST(IdToken, ForeignAudienceNeedsUsAsAuthorizedParty) {
  Claims claims = good_claims();
  claims["aud"] = R"(["other","portal"])";
  claims["azp"] = R"("portal")";
  EXPECT_EQ(verdict(TestKey::rsa_a().token(good_header, text_of(claims))), "ok");
}

TEST(IdToken, EmptyExpectedNonceFitsNothing) {
  IdTokenExpectations expectations = expected();
  expectations.nonce = "";
  EXPECT_EQ(verdict(with_claim("nonce", R"("")"), usual_keys(), expectations), "nonce");
  EXPECT_EQ(verdict(with_claim("nonce", ""), usual_keys(), expectations), "nonce");
}

TEST(IdToken, RightAccessTokenHashIsAccepted) {
  const std::string half = crypto::sha256("the-access-token").substr(0, 16);
  EXPECT_EQ(verdict(with_claim("at_hash", "\"" + TestKey::encoded(half) + "\"")), "ok");
}

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
