// A whole login at the fixture provider with profile vneid-direct, and every way in which it may
// answer wrongly.
#include <string>
#include <variant>

#include <gtest/gtest.h>

#include "drivers/support/oidc_fixture.hpp"
#include "oidc/direct_provider.hpp"
#include "unit/oidc/test_keys.hpp"

namespace vneid::oidc {
namespace {

using test::IdentityProvider;

class DirectTest : public test::LoginTest {
 protected:
  IdentityProvider& idp() override {
    static IdentityProvider provider{"", test::TestKey::rsa_a().public_pem()};
    return provider;
  }
  ProviderSettings settings() {
    ProviderSettings made = idp().settings();
    made.decryption_key_pem = test::TestKey::rsa_a().pem();
    return made;
  }
  std::unique_ptr<oidc::IdentityProvider> provider() {
    return make_provider(loop_, client_, settings());
  }
  VerifiedIdentity person() {
    const auto made = provider();
    auto redemption = come_back(*made);
    auto told = loop_.run(made->redeem(std::move(redemption)));
    EXPECT_TRUE(told) << told.error().text;
    return told.value_or(VerifiedIdentity{});
  }
};

TEST_F(DirectTest, GivesThePerson) {
  const auto told = person();
  EXPECT_EQ(told.issuer, idp().issuer());
  EXPECT_EQ(told.subject, std::string{"citizen_id:"} + IdentityProvider::number);
  EXPECT_EQ(told.citizen_id->digits(), IdentityProvider::number);
  EXPECT_EQ(told.name, "Nguyễn Văn An");
  EXPECT_EQ(told.birth_date->to_text(), "1989-03-07");
  EXPECT_FALSE(told.sex);
  EXPECT_EQ(told.level, 2);
  EXPECT_EQ(told.kind, identity::AccountKind::personal);
  EXPECT_TRUE(told.id_token.empty());
}

TEST_F(DirectTest, SubjectIsThePermanentNameThatIsTold) {
  control(R"({"userinfo_claims":{"TechID":"T1"}})");
  EXPECT_EQ(person().subject, "tech_id:T1");
  control(R"({"userinfo_claims":{"TechID":"T1","sub":"s1"}})");
  EXPECT_EQ(person().subject, "sub:s1");
}

TEST_F(DirectTest, BirthDatesOfEveryForm) {
  const auto birth = [&](const std::string& text) {
    control(R"({"userinfo_claims":{"birthDate":")" + text + "\"}}");
    return person().birth_date->to_text();
  };
  EXPECT_EQ(birth("07/03/1989"), "1989-03-07");
  EXPECT_EQ(birth("19890307"), "1989-03-07");
  EXPECT_EQ(birth("1989-03-07"), "1989-03-07");
  EXPECT_EQ(birth("03/1989"), "1989-03");
  EXPECT_EQ(birth("1989"), "1989");
}

TEST_F(DirectTest, UnknownLevelsAndOrganisationsAreToldAsSuch) {
  control(R"({"no_level":true})");
  EXPECT_EQ(person().level, std::nullopt);
  control(R"({"reset":true,"level_1":true})");
  EXPECT_EQ(person().level, 1);
  control(R"({"reset":true,"level_string":true})");
  EXPECT_EQ(person().level, 2);
  control(R"({"reset":true,"userinfo_claims":{"accountType":"3"}})");
  EXPECT_EQ(person().kind, identity::AccountKind::organization);
  control(R"({"reset":true,"userinfo_claims":{"accountType":null}})");
  EXPECT_EQ(person().kind, identity::AccountKind::unknown);
}

TEST_F(DirectTest, EveryKeyLengthOfAesOpens) {
  for (const char* bytes : {"16", "24", "32"}) {
    control(std::string{R"({"aes_key_bytes":)"} + bytes + "}");
    EXPECT_EQ(person().name, "Nguyễn Văn An") << bytes;
  }
}

TEST_F(DirectTest, RawPlusInTheQueryStaysAPlus) {
  control(R"({"raw_plus":true})");
  const auto made = provider();
  const auto request = loop_.run(made->authorization_request(IdentityProvider::redirect_uri, {}));
  const std::string query = idp().browse(loop_, client_, request.url);
  ASSERT_TRUE(query.contains('+')) << "the fixture must put it there";
  const auto response = made->read_callback(query);
  const auto& code = std::get<CodeResponse>(response);
  EXPECT_TRUE(code.code.contains('+'));
  EXPECT_TRUE(code.encrypt_key->contains('+'));
  const Redemption redemption{code.code,       "", "", IdentityProvider::redirect_uri, code.iss,
                              code.encrypt_key};
  EXPECT_EQ(redeem(*made, redemption), "ok 052089999999");
}

TEST_F(DirectTest, SendsWhatTheProfileHasAndNoMore) {
  const auto made = provider();
  const auto request = loop_.run(made->authorization_request(IdentityProvider::redirect_uri, {}));
  EXPECT_TRUE(request.nonce.empty());
  EXPECT_TRUE(request.code_verifier.empty());
  EXPECT_EQ(request.url, text::with_query(idp().issuer() + "/authorize",
                                          {{"response_type", "code"},
                                           {"client_id", settings().client_id},
                                           {"redirect_uri", IdentityProvider::redirect_uri},
                                           {"scope", "openid"},
                                           {"state", request.state}}));
  const auto redemption = come_back(*made);
  EXPECT_FALSE(redemption.iss);
  EXPECT_EQ(redeem(*made, redemption), "ok 052089999999");
  const auto seen =
      loop_.run(client_.send({.url = idp().issuer() + "/control/requests?endpoint=token"}));
  for (const char* name :
       {"grant_type", "code", "redirect_uri", "client_id", "client_secret", "encrypt_key"}) {
    EXPECT_TRUE(seen.body.contains('"' + std::string{name} + "\":[")) << name << ": " << seen.body;
  }
  EXPECT_FALSE(seen.body.contains("code_verifier"));
}

TEST_F(DirectTest, CodesWorkOnceAndWithTheirKeyOnly) {
  const std::string refused = "reason 1: token endpoint: status 400 invalid_grant";
  const auto made = provider();
  const auto redemption = come_back(*made);
  EXPECT_EQ(redeem(*made, redemption), "ok 052089999999");
  EXPECT_EQ(redeem(*made, redemption), refused);
  auto other_key = come_back(*made);
  other_key.encrypt_key = come_back(*made).encrypt_key;
  EXPECT_EQ(redeem(*made, other_key), refused);
  auto no_key = come_back(*made);
  no_key.encrypt_key.reset();
  EXPECT_EQ(redeem(*made, no_key), refused);
  control(R"({"plain_code":true})");
  EXPECT_FALSE(come_back(*made).encrypt_key);
  EXPECT_EQ(log_in(*made), "ok 052089999999");
}

TEST_F(DirectTest, CancelAndErrorsComeBackAsSuch) {
  const auto made = provider();
  const auto error = [&](bool cancel) {
    const auto request = loop_.run(made->authorization_request(IdentityProvider::redirect_uri, {}));
    const auto back = made->read_callback(idp().browse(loop_, client_, request.url, cancel));
    EXPECT_EQ(std::get<ErrorResponse>(back).state, request.state);
    return std::get<ErrorResponse>(back).error;
  };
  EXPECT_EQ(error(true), ProviderError::cancelled);
  control(R"({"authorize_error":"temporarily_unavailable"})");
  EXPECT_EQ(error(false), ProviderError::temporarily_unavailable);
}

TEST_F(DirectTest, AnotherStateIsNotTheFlows) {
  control(R"({"wrong_response_state":true})");
  const auto made = provider();
  const auto request = loop_.run(made->authorization_request(IdentityProvider::redirect_uri, {}));
  const auto back = made->read_callback(idp().browse(loop_, client_, request.url));
  EXPECT_NE(std::get<CodeResponse>(back).state, request.state);
}

TEST_F(DirectTest, AnotherIssuerIsRefusedBeforeAnythingIsSent) {
  control(R"({"wrong_response_iss":true})");
  const auto made = provider();
  take_count("token");
  EXPECT_EQ(log_in(*made), "reason 0: iss of the response is not the provider's");
  EXPECT_EQ(take_count("token"), 0);
}

TEST_F(DirectTest, AnotherDecryptionKeyOpensNothing) {
  ProviderSettings other = settings();
  other.decryption_key_pem = test::TestKey::rsa_b().pem();
  DirectProvider made{loop_, client_, other};
  EXPECT_EQ(log_in(made), "reason 5: the answer does not decrypt");
}

/// A fault of the provider and how the login must then end.
struct FaultRow {
  const char* faults;  ///< JSON for /control
  const char* ending;  ///< the whole result, or how it begins
};

class DirectFault : public DirectTest, public testing::WithParamInterface<FaultRow> {};

TEST_P(DirectFault, EndsAsItMust) {
  ProviderSettings hasty = settings();
  hasty.timeout = Milliseconds{1000};
  DirectProvider made{loop_, client_, hasty};
  control(GetParam().faults);
  const auto redemption = come_back(made);
  const std::string result = redeem(made, redemption);
  EXPECT_TRUE(result.starts_with(GetParam().ending)) << GetParam().faults << ": " << result;
  if (result.starts_with("ok ")) return;
  for (const auto& secret : {redemption.code, *redemption.encrypt_key, hasty.client_secret,
                             std::string{IdentityProvider::number}}) {
    EXPECT_FALSE(result.contains(secret)) << result;
  }
}

const FaultRow fault_rows[] = {
    {"{}", "ok "},
    {R"({"plain_all":true})", "ok "},
    {R"({"plain_token":true})", "ok "},
    {R"({"plain_userinfo":true})", "ok "},
    {R"({"token_answer":{"token_type":null}})", "ok "},
    {R"({"token_type_lower":true})", "ok "},
    {R"({"token_type_other":true})", "away: provider bca: token endpoint: token_type"},
    {R"({"token_answer":{"access_token":null}})", "away: provider bca: "},
    {R"({"token_error":"invalid_grant"})", "reason 1: token endpoint: status 400 invalid_grant"},
    {R"({"token_error":"server_error"})", "away: provider bca: token endpoint: status 400"},
    {R"({"userinfo_claims":{"citizenPid":null}})", "reason 3: userinfo: names nobody"},
    {R"({"userinfo_claims":{"citizenPid":52089999999}})", "reason 3: userinfo: names nobody"},
    {R"({"userinfo_array":true})", "reason 5: the answer does not decrypt"},
    {R"({"html_200_token":true})", "away: provider bca: token endpoint: status 200, the answer"},
    {R"({"html_200_userinfo":true})", "away: provider bca: userinfo, the answer"},
    {R"({"down_token":true})", "away: provider bca: token endpoint: status 503"},
    {R"({"down_userinfo":true})", "away: provider bca: userinfo: status 503"},
    {R"({"stall_token":true})", "away: provider bca: token endpoint: "},
    {R"({"stall_userinfo":true})", "away: provider bca: userinfo: "},
    {R"({"cut_body_token":true})", "away: provider bca: token endpoint: "},
    {R"({"cut_body_userinfo":true})", "away: provider bca: userinfo: "},
    {R"({"huge_body_token":true})", "away: provider bca: token endpoint: "},
    {R"({"huge_body_userinfo":true})", "away: provider bca: userinfo: "},
    {R"({"redirect_token":true})", "away: provider bca: token endpoint: status 307"},
    {R"({"empty_204_userinfo":true})", "away: provider bca: userinfo: status 204"},
};

INSTANTIATE_TEST_SUITE_P(Table, DirectFault, testing::ValuesIn(fault_rows));

TEST_F(DirectTest, WhateverDoesNotDecryptFailsInOneWay) {
  const auto made = provider();
  for (const std::string fault :
       {"bad_key_padding", "wrong_key", "odd_key", "foreign_key", "cut_key", "number_for_key",
        "bad_data_padding", "cut_data", "cut_block", "not_base64", "no_json_inside"}) {
    for (const std::string endpoint : {"token", "userinfo"}) {
      control(R"({"reset":true,")" + fault + "_" + endpoint + "\":true}");
      EXPECT_EQ(log_in(*made), "reason 5: the answer does not decrypt") << fault << endpoint;
    }
  }
}

}  // namespace
}  // namespace vneid::oidc
