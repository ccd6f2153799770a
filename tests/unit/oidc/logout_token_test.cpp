#include "oidc/token/logout_token.hpp"

#include <cstdint>
#include <map>
#include <string>

#include <gtest/gtest.h>

#include "unit/oidc/id_tokens.hpp"
#include "unit/oidc/test_keys.hpp"

namespace vneid::oidc {
namespace {

using namespace test;  // NOLINT: the helpers are this test's vocabulary

constexpr const char* logout_header = R"({"alg":"RS256","kid":"a","typ":"logout+jwt"})";
const std::string good_events = R"({"http://schemas.openid.net/event/backchannel-logout":{}})";

std::string seconds(std::int64_t offset) { return std::to_string(now_seconds + offset); }

Claims logout_claims() {
  return {
      {"iss", R"("https://sso.example")"},
      {"aud", R"("portal")"},
      {"iat", seconds(0)},
      {"exp", seconds(120)},
      {"jti", R"("token-1")"},
      {"sub", R"("person-1")"},
      {"sid", R"("session-1")"},
      {"events", good_events},
  };
}

LogoutExpectations logout_expected() {
  return {.issuer = "https://sso.example",
          .client_id = "portal",
          .now = Wall{std::chrono::seconds{now_seconds}},
          .leeway = Milliseconds{30'000}};
}

std::string logout_verdict(const std::string& token, const KeySet& set = usual_keys()) {
  const auto result = verify_logout_token(token, set, logout_expected());
  if (result) return "ok";
  return error_name(result.error().error);
}

Claims changed(const std::string& name, const std::string& value) {
  Claims claims = logout_claims();
  claims[name] = value;
  if (value.empty()) claims.erase(name);
  return claims;
}

std::string signed_token(const Claims& claims, const char* header = logout_header) {
  return TestKey::rsa_a().token(header, text_of(claims));
}

TEST(LogoutToken, IsAcceptedAndTellsWhatToEnd) {
  const auto token =
      verify_logout_token(signed_token(logout_claims()), usual_keys(), logout_expected());
  ASSERT_TRUE(token) << token.error().text;
  EXPECT_EQ(token->subject, "person-1");
  EXPECT_EQ(token->session_id, "session-1");
  EXPECT_EQ(token->token_id, "token-1");
  EXPECT_EQ(token->good_until, Wall{std::chrono::seconds{now_seconds + 120 + 30}});
}

TEST(LogoutToken, IsRefusedFromWhenTheMemoryForReplaysForgetsIt) {
  for (const std::string& expires : {seconds(120), seconds(10 * 86'400)}) {
    const std::string text = signed_token(changed("exp", expires));
    auto expectations = logout_expected();
    const Wall end = verify_logout_token(text, usual_keys(), expectations)->good_until;
    EXPECT_LE(end, expectations.now + LogoutToken::max_age + expectations.leeway);
    expectations.now = end - Milliseconds{1};
    EXPECT_TRUE(verify_logout_token(text, usual_keys(), expectations));
    expectations.now = end;
    EXPECT_FALSE(verify_logout_token(text, usual_keys(), expectations));
  }
}

struct ClaimRow {
  const char* title;
  const char* claim;
  std::string value;  ///< JSON; empty: the claim is missing
  const char* verdict;
};

class LogoutTokenClaim : public testing::TestWithParam<ClaimRow> {};

TEST_P(LogoutTokenClaim, IsJudged) {
  EXPECT_EQ(logout_verdict(signed_token(changed(GetParam().claim, GetParam().value))),
            GetParam().verdict);
}

const ClaimRow claim_rows[] = {
    {"iss_wrong", "iss", R"("https://other.example")", "issuer"},
    {"iss_missing", "iss", "", "issuer"},
    {"aud_wrong", "aud", R"("other")", "audience"},
    {"aud_missing", "aud", "", "audience"},
    {"aud_array_of_us", "aud", R"(["portal"])", "ok"},
    {"aud_foreign_extra", "aud", R"(["portal","other"])", "audience"},
    {"iat_missing", "iat", "", "issued_at"},
    {"iat_text", "iat", "\"" + seconds(0) + "\"", "issued_at"},
    {"iat_within_leeway", "iat", seconds(30), "ok"},
    {"iat_future", "iat", seconds(31), "issued_at"},
    {"iat_a_day_ago", "iat", seconds(-86'400), "ok"},
    {"iat_too_old", "iat", seconds(-86'400 - 30), "issued_at"},
    {"exp_missing", "exp", "", "expired"},
    {"exp_within_leeway", "exp", seconds(-29), "ok"},
    {"exp_at_leeway", "exp", seconds(-30), "expired"},
    {"exp_huge", "exp", "1e300", "expired"},
    {"exp_far", "exp", "253402300799", "ok"},
    {"nbf_future", "nbf", seconds(31), "not_before"},
    {"jti_missing", "jti", "", "token_id"},
    {"jti_empty", "jti", R"("")", "token_id"},
    {"jti_number", "jti", "1", "token_id"},
    {"jti_255", "jti", "\"" + std::string(255, 'j') + "\"", "ok"},
    {"jti_256", "jti", "\"" + std::string(256, 'j') + "\"", "token_id"},
    {"events_missing", "events", "", "events"},
    {"events_null", "events", "null", "events"},
    {"events_array", "events", R"(["http://schemas.openid.net/event/backchannel-logout"])",
     "events"},
    {"events_text", "events", R"("http://schemas.openid.net/event/backchannel-logout")", "events"},
    {"events_empty", "events", "{}", "events"},
    {"event_other", "events", R"({"http://schemas.openid.net/event/other":{}})", "events"},
    {"event_https", "events", R"({"https://schemas.openid.net/event/backchannel-logout":{}})",
     "events"},
    {"event_true", "events", R"({"http://schemas.openid.net/event/backchannel-logout":true})",
     "events"},
    {"event_with_content", "events",
     R"({"http://schemas.openid.net/event/backchannel-logout":{"a":1},"urn:b":{}})", "ok"},
    {"nonce", "nonce", R"("the-nonce")", "nonce"},
    {"nonce_null", "nonce", "null", "nonce"},
    {"sub_missing", "sub", "", "ok"},
    {"sub_empty", "sub", R"("")", "subject"},
    {"sub_number", "sub", "1", "subject"},
    {"sub_256", "sub", "\"" + std::string(256, 's') + "\"", "subject"},
    {"sub_is_client", "sub", R"("portal")", "subject"},
    {"sid_missing", "sid", "", "ok"},
    {"sid_empty", "sid", R"("")", "session"},
    {"sid_array", "sid", R"(["session-1"])", "session"},
    {"sid_256", "sid", "\"" + std::string(256, 's') + "\"", "session"},
};

INSTANTIATE_TEST_SUITE_P(Table, LogoutTokenClaim, testing::ValuesIn(claim_rows), title<ClaimRow>);

TEST(LogoutToken, NamesAPersonOrASession) {
  Claims claims = changed("sub", "");
  EXPECT_TRUE(
      verify_logout_token(signed_token(claims), usual_keys(), logout_expected())->subject.empty());
  claims.erase("sid");
  EXPECT_EQ(logout_verdict(signed_token(claims)), "session");
}

TEST(LogoutToken, TypeMayBeMissingButNotAnother) {
  const auto typed = [](const char* header) {
    return logout_verdict(signed_token(logout_claims(), header));
  };
  EXPECT_EQ(typed(R"({"alg":"RS256","kid":"a"})"), "ok");
  EXPECT_EQ(typed(R"({"alg":"RS256","kid":"a","typ":"JWT"})"), "ok");
  EXPECT_EQ(typed(R"({"alg":"RS256","kid":"a","typ":"application/Logout+JWT"})"), "ok");
  EXPECT_EQ(typed(R"({"alg":"RS256","kid":"a","typ":"at+jwt"})"), "type");
  EXPECT_EQ(typed(R"({"alg":"RS256","kid":"a","typ":"logout"})"), "type");
  EXPECT_EQ(typed(R"({"alg":"RS256","kid":"a","typ":1})"), "malformed");
}

TEST(LogoutToken, SignatureAndFormAreStrict) {
  const std::string claims = text_of(logout_claims());
  EXPECT_EQ(logout_verdict(TestKey::rsa_b().token(logout_header, claims)), "signature");
  EXPECT_EQ(logout_verdict(TestKey::rsa_a().token(R"({"alg":"RS256","kid":"z"})", claims)),
            "unknown_key");
  EXPECT_EQ(logout_verdict(TestKey::rsa_a().token(R"({"alg":"none"})", claims)), "algorithm");
  EXPECT_EQ(logout_verdict(TestKey::rsa_a().token(R"({"alg":"HS256","kid":"a"})", claims)),
            "algorithm");
  EXPECT_EQ(logout_verdict(TestKey::ec_256().token(R"({"alg":"ES256","kid":"e"})", claims)), "ok");
  EXPECT_EQ(logout_verdict(""), "malformed");
  EXPECT_EQ(logout_verdict(signed_token(logout_claims()) + "."), "malformed");
  const std::string twice = claims.substr(0, claims.size() - 1) + R"(,"sub":"person-2"})";
  EXPECT_EQ(logout_verdict(TestKey::rsa_a().token(logout_header, twice)), "malformed");
}

TEST(LogoutToken, LargeOnesAreRefused) {
  const auto padded = [](std::size_t size) {
    return signed_token(changed("padding", "\"" + std::string(size, 'x') + "\""));
  };
  EXPECT_LE(padded(11'000).size(), max_logout_token_size);
  EXPECT_EQ(logout_verdict(padded(11'000)), "ok");
  EXPECT_EQ(logout_verdict(padded(max_logout_token_size)), "malformed");
}

TEST(LogoutToken, AnIdTokenDoesNotPass) {
  EXPECT_EQ(logout_verdict(TestKey::rsa_a().token(good_header, text_of(good_claims()))),
            "token_id");
  // Even one that a provider has dressed up with more and more of a logout token's claims.
  Claims claims = good_claims();
  claims["jti"] = R"("token-1")";
  EXPECT_EQ(logout_verdict(signed_token(claims, good_header)), "events");
  claims["events"] = good_events;
  EXPECT_EQ(logout_verdict(signed_token(claims, good_header)), "nonce");
}

TEST(LogoutToken, DoesNotPassAsAnIdToken) {
  Claims claims = logout_claims();
  EXPECT_EQ(verdict(signed_token(claims)), "type");
  EXPECT_EQ(verdict(signed_token(claims, good_header)), "type");
  claims["nonce"] = R"("the-nonce")";  // this flow's, from a provider that is careless
  EXPECT_EQ(verdict(signed_token(claims, good_header)), "type");
  claims["events"] = R"({"urn:another":{}})";
  EXPECT_EQ(verdict(signed_token(claims, good_header)), "ok")
      << "events of other kinds mean nothing";
}

TEST(LogoutToken, FailuresTellNothingOfThePerson) {
  for (const auto& row : claim_rows) {
    const auto result = verify_logout_token(signed_token(changed(row.claim, row.value)),
                                            usual_keys(), logout_expected());
    if (result) continue;
    for (const char* value : {"person-1", "session-1", "token-1", "sss"}) {
      EXPECT_EQ(result.error().text.find(value), std::string::npos) << row.title;
    }
  }
}

TEST(IdToken, TellsTheProvidersSession) {
  const auto session = [](const std::string& value) {
    return verify_id_token(with_claim("sid", value), usual_keys(), expected()).value().session_id;
  };
  EXPECT_EQ(session(R"("session-1")"), "session-1");
  EXPECT_EQ(session(""), "");
  EXPECT_EQ(session("7"), "");
  EXPECT_EQ(session("\"" + std::string(256, 's') + "\""), "") << "no logout token could name it";
}

}  // namespace
}  // namespace vneid::oidc
