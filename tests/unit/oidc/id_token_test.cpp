#include "oidc/token/id_token.hpp"

#include <cstdint>
#include <string>

#include <gtest/gtest.h>

#include "unit/oidc/id_tokens.hpp"
#include "unit/oidc/test_keys.hpp"

namespace vneid::oidc {
namespace {

using namespace test;  // NOLINT: the helpers are this test's vocabulary

TEST(IdToken, IsAcceptedAndGivesItsSubjectAndClaims) {
  const auto token =
      verify_id_token(with_claim("SoDinhDanh", R"("052089999999")"), usual_keys(), expected());
  ASSERT_TRUE(token) << token.error().text;
  EXPECT_EQ(token->subject, "person-1");
  EXPECT_EQ(text::json_text(token->claims.get(), "SoDinhDanh"), "052089999999");
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

}  // namespace
}  // namespace vneid::oidc
