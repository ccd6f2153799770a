// A whole login at the fixture provider, and every way in which a provider may answer wrongly.
#include <optional>
#include <string>
#include <variant>

#include <gtest/gtest.h>

#include "drivers/support/oidc_fixture.hpp"
#include "unit/oidc/test_keys.hpp"

namespace vneid::oidc {
namespace {

using test::IdentityProvider;
using test::OidcTest;

TEST_F(OidcTest, GivesTheVerifiedPerson) {
  Provider provider{loop_, client_, idp().settings()};
  const auto redemption = come_back(provider);
  const auto person = loop_.run(provider.redeem(redemption));
  ASSERT_TRUE(person) << person.error().text;
  EXPECT_EQ(person->issuer, idp().issuer());
  EXPECT_EQ(person->subject, "bca-1");
  EXPECT_EQ(person->citizen_id->digits(), IdentityProvider::number);
  EXPECT_EQ(person->name, "Nguyễn Văn An");
  EXPECT_EQ(person->birth_date->to_text(), "1989-03-07");
  EXPECT_EQ(person->sex, identity::Sex::male);
  EXPECT_EQ(person->level, 2);
  EXPECT_EQ(person->kind, identity::AccountKind::personal);
  EXPECT_FALSE(person->id_token.empty());
}

TEST_F(OidcTest, ProvesItselfEitherWay) {
  ProviderSettings settings = idp().settings();
  settings.authentication = ClientAuthentication::client_secret_post;
  Provider by_post{loop_, client_, settings};
  EXPECT_EQ(log_in(by_post), "ok 052089999999");
  settings.authentication = ClientAuthentication::client_secret_basic;
  settings.client_secret = "wrong";
  Provider wrong{loop_, client_, settings};
  EXPECT_EQ(log_in(wrong), "away: provider bca: token endpoint: status 401 invalid_client");
}

TEST(OidcPrivateKeyJwt, IsTakenByTheProvider) {
  for (const auto* key : {&test::TestKey::rsa_a(), &test::TestKey::ec_256()}) {
    const IdentityProvider idp{key->public_pem()};
    EpollLoop loop;
    http::Client client{loop};
    ProviderSettings settings = idp.settings();
    settings.authentication = ClientAuthentication::private_key_jwt;
    settings.client_key_pem = key->pem();
    Provider provider{loop, client, settings};
    const auto request =
        loop.run(provider.authorization_request(IdentityProvider::redirect_uri, {}));
    const auto back = parse_authorization_response(idp.browse(loop, client, request.url));
    const auto& code = std::get<CodeResponse>(back);
    const Redemption redemption{code.code, request.code_verifier, request.nonce,
                                IdentityProvider::redirect_uri, code.iss};
    const auto person = loop.run(provider.redeem(redemption));
    ASSERT_TRUE(person) << person.error().text;
    EXPECT_EQ(person->subject, "bca-1");
  }
}

TEST_F(OidcTest, CancelAndErrorsComeBackAsSuch) {
  Provider provider{loop_, client_, idp().settings()};
  const auto error = [&](bool cancel) {
    const auto request =
        loop_.run(provider.authorization_request(IdentityProvider::redirect_uri, {}));
    const auto back =
        parse_authorization_response(idp().browse(loop_, client_, request.url, cancel));
    EXPECT_EQ(std::get<ErrorResponse>(back).state, request.state);
    return std::get<ErrorResponse>(back).error;
  };
  EXPECT_EQ(error(true), ProviderError::cancelled);
  control(R"({"authorize_error":"login_required"})");
  EXPECT_EQ(error(false), ProviderError::login_required);
  control(R"({"authorize_error":"temporarily_unavailable"})");
  EXPECT_EQ(error(false), ProviderError::temporarily_unavailable);
}

TEST_F(OidcTest, CodesWorkOnceAndWithTheirVerifierOnly) {
  Provider provider{loop_, client_, idp().settings()};
  const std::string refused = "reason 1: token endpoint: status 400 invalid_grant";
  const auto redemption = come_back(provider);
  EXPECT_EQ(redeem(provider, redemption), "ok 052089999999");
  EXPECT_EQ(redeem(provider, redemption), refused);
  auto injected = come_back(provider);
  injected.code_verifier = come_back(provider).code_verifier;
  EXPECT_EQ(redeem(provider, injected), refused);
  auto other_nonce = come_back(provider);
  other_nonce.nonce = "another flow's";
  EXPECT_EQ(redeem(provider, other_nonce),
            "reason 2: ID token: nonce is missing or not this flow's");
}

TEST_F(OidcTest, ResponseIssuerIsComparedBeforeAnythingIsSent) {
  Provider provider{loop_, client_, idp().settings()};
  const std::string refused = "reason 0: iss of the response is not the provider's";
  for (const char* fault : {"wrong_response_iss", "missing_response_iss"}) {
    control(std::string{R"({"reset":true,")"} + fault + "\":true}");
    take_count("token");
    EXPECT_EQ(log_in(provider), refused) << fault;
    EXPECT_EQ(take_count("token"), 0) << fault;
  }
}

/// A fault of the provider and how the login must then end.
struct FaultRow {
  const char* faults;  ///< JSON for /control
  const char* ending;  ///< how the result begins
};

class OidcFault : public OidcTest, public testing::WithParamInterface<FaultRow> {};

TEST_P(OidcFault, EndsAsItMust) {
  ProviderSettings settings = idp().settings();
  settings.timeout = Milliseconds{1000};
  Provider provider{loop_, client_, settings};
  control(GetParam().faults);
  const std::string result = log_in(provider);
  EXPECT_TRUE(result.starts_with(GetParam().ending)) << GetParam().faults << ": " << result;
}

constexpr const char* id_token = "reason 2: ID token: ";
const FaultRow fault_rows[] = {
    {"{}", "ok "},
    {R"({"wrong_iss":true})", "reason 2: ID token: iss"},
    {R"({"wrong_aud":true})", "reason 2: ID token: aud"},
    {R"({"missing_aud":true})", "reason 2: ID token: aud"},
    {R"({"aud_array_no_azp":true})", "reason 2: ID token: aud"},
    {R"({"extra_aud":true})", "ok "},
    {R"({"wrong_azp":true})", "reason 2: ID token: azp"},
    {R"({"missing_sub":true})", "reason 2: ID token: sub"},
    {R"({"bad_signature":true})", "reason 2: ID token: signature"},
    {R"({"alg_none":true})", id_token},
    {R"({"hs256_with_public_key":true})", "reason 2: ID token: alg"},
    {R"({"expired":true})", "reason 2: ID token: exp"},
    {R"({"no_exp":true})", "reason 2: ID token: exp"},
    {R"({"future_iat":true})", "reason 2: ID token: iat"},
    {R"({"missing_iat":true})", "reason 2: ID token: iat"},
    {R"({"wrong_nonce":true})", "reason 2: ID token: nonce"},
    {R"({"missing_nonce":true})", "reason 2: ID token: nonce"},
    {R"({"unknown_kid":true})", "reason 2: ID token: no key"},
    {R"({"kid_absent":true})", "ok "},
    {R"({"duplicate_claims":true})", "reason 2: ID token: payload has a member twice"},
    {R"({"encrypted_looking_header":true})", "reason 2: ID token: header has enc"},
    {R"({"id_token_header":{"typ":"logout+jwt"}})", "reason 2: ID token: typ"},
    {R"({"id_token_header":{"crit":["exp"]}})", "reason 2: ID token: header has crit"},
    {R"({"id_token_claims":{"at_hash":"AAAAAAAAAAAAAAAAAAAAAA"}})", "reason 2: ID token: at_hash"},
    {R"({"id_token_claims":{"at_hash":null}})", "ok "},
    {R"({"id_token_claims":{"sub":"portal:1"}})", "reason 2: ID token: sub is our"},
    {R"({"id_token_claims":{"SoDinhDanh":"001089000000"}})", "reason 4: "},
    {R"({"id_token_alg":"ES256"})", "ok "},
    {R"({"claims_in_id_token":true})", "ok "},
    {R"({"userinfo_other_sub":true})", "reason 3: "},
    {R"({"userinfo_missing_sub":true})", "reason 3: "},
    {R"({"userinfo_array":true})", "away: provider bca: userinfo: the answer"},
    {R"({"userinfo_duplicate_claims":true})", "away: provider bca: userinfo: the answer"},
    {R"({"down_userinfo":true})", "away: provider bca: userinfo: status 503"},
    {R"({"html_200_userinfo":true})", "away: provider bca: userinfo: the answer"},
    {R"({"redirect_userinfo":true})", "away: provider bca: userinfo: status 307"},
    {R"({"stall_userinfo":true})", "away: provider bca: userinfo: "},
    {R"({"no_id_token":true})", "away: provider bca: token endpoint: no id_token"},
    {R"({"token_type_lower":true})", "ok "},
    {R"({"token_type_other":true})", "away: provider bca: token endpoint: token_type"},
    {R"({"token_answer":{"expires_in":null}})", "ok "},
    {R"({"token_answer":{"access_token":null}})", "away: provider bca: token endpoint: no usable"},
    {R"({"token_error":"invalid_grant"})", "reason 1: "},
    {R"({"token_error":"invalid_client"})", "away: provider bca: token endpoint: status 400"},
    {R"({"down_token":true})", "away: provider bca: token endpoint: status 503"},
    {R"({"html_200_token":true})", "away: provider bca: token endpoint: status 200, the answer"},
    {R"({"huge_body_token":true})", "away: provider bca: token endpoint: "},
    {R"({"cut_body_token":true})", "away: provider bca: token endpoint: "},
    {R"({"empty_204_token":true})", "away: provider bca: token endpoint: status 204"},
    {R"({"redirect_token":true})", "away: provider bca: token endpoint: status 307"},
    {R"({"stall_token":true})", "away: provider bca: token endpoint: "},
    {R"({"down_jwks":true})", "away: provider bca: keys: status 503"},
    {R"({"jwks_empty":true})", "away: provider bca: keys: none"},
    {R"({"huge_body_jwks":true})", "away: provider bca: keys: "},
};

INSTANTIATE_TEST_SUITE_P(Table, OidcFault, testing::ValuesIn(fault_rows));

TEST_F(OidcTest, LevelsAreToldAsTheProviderTellsThem) {
  Provider provider{loop_, client_, idp().settings()};
  const auto level = [&](const std::string& faults) {
    control(faults);
    auto redemption = come_back(provider);
    return loop_.run(provider.redeem(std::move(redemption))).value().level;
  };
  EXPECT_EQ(level(R"({"reset":true,"level_1":true})"), 1);
  EXPECT_EQ(level(R"({"reset":true,"level_string":true})"), 2);
  EXPECT_EQ(level(R"({"reset":true,"no_level":true})"), std::nullopt);
}

TEST_F(OidcTest, FailuresTellNoSecret) {
  Provider provider{loop_, client_, idp().settings()};
  for (const char* fault : {"bad_signature", "stall_token", "cut_body_userinfo", "wrong_nonce",
                            "token_error", "html_200_userinfo"}) {
    control(std::string{R"({"reset":true,")"} + fault + "\":true}");
    ProviderSettings settings = idp().settings();
    settings.timeout = Milliseconds{500};
    Provider hasty{loop_, client_, settings};
    const auto redemption = come_back(hasty);
    const std::string told = redeem(hasty, redemption);
    for (const auto& secret :
         {redemption.code, redemption.code_verifier, redemption.nonce, settings.client_secret,
          std::string{"eyJ"}, std::string{IdentityProvider::number}}) {
      EXPECT_EQ(told.find(secret), std::string::npos) << fault << ": " << told;
    }
  }
}

}  // namespace
}  // namespace vneid::oidc
