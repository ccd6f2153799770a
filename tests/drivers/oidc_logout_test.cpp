// What the fixture provider tells us when one of its sessions ends, right and wrong.
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "drivers/support/oidc_fixture.hpp"
#include "oidc/logout.hpp"
#include "text/json.hpp"

namespace vneid::oidc {
namespace {

using test::IdentityProvider;
using test::OidcTest;

class OidcLogout : public OidcTest {
 protected:
  void SetUp() override {
    control(R"({"end_sessions":true})");
    OidcTest::SetUp();
  }
  VerifiedIdentity sign_in(Provider& provider) {
    Redemption redemption = come_back(provider);
    return loop_.run(provider.redeem(std::move(redemption))).value();
  }
  /// The logout tokens of the provider's sessions, which all end now.
  std::vector<std::string> logout_tokens(const std::string& faults = "{}") {
    const std::string members = faults.substr(1, faults.size() - 2);
    control(R"({"end_sessions":true)" + (members.empty() ? "" : "," + members) + "}");
    return idp().logout_tokens(loop_, client_);
  }
  /// "ok", "failed: text" or "away: text".
  std::string verdict(Provider& provider, const std::string& token) {
    try {
      const auto told = loop_.run(provider.logout_token(token));
      return told ? "ok" : "failed: " + told.error().text;
    } catch (const Unavailable& failure) {
      return std::string{"away: "} + failure.what();
    }
  }
};

TEST_F(OidcLogout, TellsThePersonAndTheSessionThatEnded) {
  Provider provider{loop_, client_, idp().settings()};
  const VerifiedIdentity person = sign_in(provider);
  EXPECT_FALSE(person.sid.empty());
  EXPECT_FALSE(person.id_token.empty());
  const auto tokens = logout_tokens();
  ASSERT_EQ(tokens.size(), 1U);
  const auto told = loop_.run(provider.logout_token(tokens.front()));
  ASSERT_TRUE(told) << told.error().text;
  EXPECT_EQ(told->subject, person.subject);
  EXPECT_EQ(told->session_id, person.sid);
  EXPECT_FALSE(told->token_id.empty());
  EXPECT_GT(told->good_until, loop_.wall_now());
}

TEST_F(OidcLogout, TheSessionIsTheSignedOneWhateverUserinfoSays) {
  Provider provider{loop_, client_, idp().settings()};
  control(R"({"userinfo_claims":{"sid":"another"},"id_token_claims":{"sid":null}})");
  EXPECT_EQ(sign_in(provider).sid, "");
}

struct FaultRow {
  const char* faults;
  const char* verdict;  ///< how it begins
};

class OidcLogoutFault : public OidcLogout, public testing::WithParamInterface<FaultRow> {};

TEST_P(OidcLogoutFault, EndsAsItMust) {
  Provider provider{loop_, client_, idp().settings()};
  sign_in(provider);
  const auto tokens = logout_tokens(GetParam().faults);
  ASSERT_EQ(tokens.size(), 1U);
  const std::string told = verdict(provider, tokens.front());
  EXPECT_TRUE(told.starts_with(GetParam().verdict)) << GetParam().faults << ": " << told;
  EXPECT_EQ(told.find("bca-1"), std::string::npos);
}

const FaultRow fault_rows[] = {
    {"{}", "ok"},
    {R"({"id_token_alg":"ES256"})", "ok"},
    {R"({"logout_only_sid":true})", "ok"},
    {R"({"logout_only_sub":true})", "ok"},
    {R"({"logout_token_header":{"typ":"JWT"}})", "ok"},
    {R"({"logout_token_header":{"typ":null}})", "ok"},
    {R"({"logout_token_header":{"kid":null}})", "ok"},
    {R"({"logout_alg_none":true})", "failed: "},
    {R"({"logout_wrong_aud":true})", "failed: aud"},
    {R"({"logout_wrong_iss":true})", "failed: iss"},
    {R"({"logout_expired":true})", "failed: exp"},
    {R"({"logout_future":true})", "failed: iat"},
    {R"({"logout_no_events":true})", "failed: events"},
    {R"({"logout_with_nonce":true})", "failed: nonce"},
    {R"({"logout_no_sub_no_sid":true})", "failed: neither sub nor sid"},
    {R"({"logout_foreign_key":true})", "failed: no key"},
    {R"({"logout_id_token_instead":true})", "failed: "},
    {R"({"logout_huge":true})", "failed: token is too large"},
    {R"({"logout_token_claims":{"jti":null}})", "failed: jti"},
    {R"({"logout_token_claims":{"iat":null}})", "failed: iat"},
    {R"({"logout_token_header":{"typ":"at+jwt"}})", "failed: typ"},
};

INSTANTIATE_TEST_SUITE_P(Table, OidcLogoutFault, testing::ValuesIn(fault_rows));

TEST_F(OidcLogout, ALogoutTokenIsNoIdToken) {
  Provider provider{loop_, client_, idp().settings()};
  control(
      R"({"id_token_claims":{"events":{"http://schemas.openid.net/event/backchannel-logout":{}}}})");
  EXPECT_EQ(log_in(provider), "reason 2: ID token: typ is another kind of token");
}

TEST_F(OidcLogout, ReplaysAreOneToken) {
  Provider provider{loop_, client_, idp().settings()};
  sign_in(provider);
  const auto tokens = logout_tokens(R"({"logout_replay":true})");
  ASSERT_EQ(tokens.size(), 2U);
  EXPECT_EQ(tokens[0], tokens[1]);
}

TEST_F(OidcLogout, NewKeysAreFetchedOnce) {
  Provider provider{loop_, client_, idp().settings()};
  sign_in(provider);
  const auto before = provider.counters().key_fetches;
  control(R"({"rotate_keys":true})");
  const auto tokens = logout_tokens();
  EXPECT_EQ(verdict(provider, tokens.front()), "ok");
  EXPECT_EQ(provider.counters().key_fetches, before + 1);
  // Tokens of nobody do not make us ask the provider each time.
  sign_in(provider);
  const auto foreign = logout_tokens(R"({"logout_foreign_key":true})").back();
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(verdict(provider, foreign), "failed: no key of the provider fits");
  }
  EXPECT_EQ(provider.counters().key_fetches, before + 1);
}

TEST_F(OidcLogout, AProviderThatIsAwayIsUnknown) {
  Provider provider{loop_, client_, idp().settings()};
  sign_in(provider);
  const auto token = logout_tokens().front();
  Provider fresh{loop_, client_, idp().settings()};
  control(R"({"down_jwks":true})");
  EXPECT_TRUE(verdict(fresh, token).starts_with("away: provider bca: keys"));
}

TEST_F(OidcLogout, TheHintEndsTheProvidersSession) {
  Provider provider{loop_, client_, idp().settings()};
  const VerifiedIdentity person = sign_in(provider);
  EXPECT_EQ(idp().sessions_alive(loop_, client_), 1);
  LogoutRequest request;
  request.id_token_hint = person.id_token;
  request.client_id = idp().settings().client_id;
  request.post_logout_redirect_uri = IdentityProvider::signed_out_uri;
  request.state = "the-state";
  const auto described = loop_.run(provider.metadata());
  const auto answer = loop_.run(client_.send({.url = logout_url(*described, request).value()}));
  EXPECT_EQ(answer.status, 303);
  EXPECT_EQ(answer.header("location"),
            std::string{IdentityProvider::signed_out_uri} + "?state=the-state");
  EXPECT_EQ(idp().sessions_alive(loop_, client_), 0);
  EXPECT_EQ(idp().logout_tokens(loop_, client_).size(), 1U);
}

}  // namespace
}  // namespace vneid::oidc
