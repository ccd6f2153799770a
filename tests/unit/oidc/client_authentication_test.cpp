#include "oidc/client_authentication.hpp"

#include <chrono>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "crypto/digest.hpp"
#include "oidc/jose/compact_jws.hpp"
#include "unit/oidc/test_keys.hpp"

namespace vneid::oidc {
namespace {

using test::TestKey;

constexpr Wall now{std::chrono::milliseconds{1'770'000'000'900}};

ProviderSettings settings(ClientAuthentication method) {
  ProviderSettings made;
  made.name = "bca";
  made.issuer = "https://sso.example";
  made.client_id = "portal:1 é";
  made.client_secret = "s3cret+/%:&ệ";
  made.authentication = method;
  return made;
}

struct Proof {
  text::Parameters form;
  std::vector<http::Header> headers;
};

Proof prove(const ProviderSettings& with) {
  text::Parameters form;
  http::OutgoingRequest request;
  ClientCredential::make(with)->prove(form, request, now);
  return {std::move(form), std::move(request.headers)};
}

TEST(ClientAuthentication, BasicEncodesIdAndSecretFirst) {
  const Proof proof = prove(settings(ClientAuthentication::client_secret_basic));
  EXPECT_TRUE(proof.form.empty());
  ASSERT_EQ(proof.headers.size(), 1U);
  EXPECT_EQ(proof.headers[0].first, "Authorization");
  EXPECT_EQ(proof.headers[0].second,
            "Basic " + crypto::base64_encode("portal%3A1%20%C3%A9:s3cret%2B%2F%25%3A%26%E1%BB%87"));
}

TEST(ClientAuthentication, PostSendsThemInTheForm) {
  const Proof proof = prove(settings(ClientAuthentication::client_secret_post));
  const text::Parameters expected{{"client_id", "portal:1 é"}, {"client_secret", "s3cret+/%:&ệ"}};
  EXPECT_EQ(proof.form, expected);
  EXPECT_TRUE(proof.headers.empty());
}

TEST(ClientAuthentication, SignsAnAssertionForTheIssuerAlone) {
  struct Row {
    const TestKey* key;
    const char* algorithm;
  };
  for (const Row& row : {Row{&TestKey::rsa_a(), "RS256"}, Row{&TestKey::ec_256(), "ES256"},
                         Row{&TestKey::ec_384(), "ES384"}}) {
    ProviderSettings with = settings(ClientAuthentication::private_key_jwt);
    with.client_key_pem = row.key->pem();
    with.client_key_id = "key-1";
    const Proof proof = prove(with);
    EXPECT_TRUE(proof.headers.empty());
    ASSERT_EQ(proof.form.size(), 3U);
    EXPECT_EQ(proof.form[0], text::Parameter("client_id", "portal:1 é"));
    EXPECT_EQ(proof.form[1],
              text::Parameter("client_assertion_type",
                              "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"));
    const std::string& assertion = proof.form[2].second;
    const auto jws = CompactJws::read(assertion);
    ASSERT_TRUE(jws) << jws.error().second;
    EXPECT_EQ(jws->algorithm.name, row.algorithm);
    EXPECT_EQ(jws->key_id, "key-1");
    const auto keys = KeySet::parse(test::jwks({row.key->jwk(R"("kid":"key-1")")}));
    EXPECT_TRUE(jws->verified_by(*keys->candidates("key-1", jws->algorithm).at(0), assertion));
    const json_t* claims = jws->payload.get();
    EXPECT_EQ(text::json_text(claims, "iss"), "portal:1 é");
    EXPECT_EQ(text::json_text(claims, "sub"), "portal:1 é");
    EXPECT_EQ(text::json_text(claims, "aud"), "https://sso.example");
    EXPECT_EQ(text::json_number(claims, "iat"), 1'770'000'000.0);
    EXPECT_EQ(text::json_number(claims, "exp"), 1'770'000'060.0);
    const auto again = CompactJws::read(prove(with).form[2].second);
    EXPECT_EQ(text::json_text(claims, "jti")->size(), 43U);
    EXPECT_NE(text::json_text(claims, "jti"), text::json_text(again->payload.get(), "jti"));
  }
}

TEST(ClientAuthentication, SendsNoKeyIdUnlessConfigured) {
  ProviderSettings with = settings(ClientAuthentication::private_key_jwt);
  with.client_key_pem = TestKey::ec_256().pem();
  EXPECT_FALSE(CompactJws::read(prove(with).form[2].second)->key_id);
}

std::string problem(const ProviderSettings& with) { return settings_problem(with).value_or("ok"); }

TEST(ProviderSettings, AreCheckedBeforeTheyCanFailLater) {
  const auto usual = settings(ClientAuthentication::client_secret_basic);
  EXPECT_EQ(problem(usual), "ok");
  const auto changed = [&usual](auto change) {
    ProviderSettings with = usual;
    change(with);
    return problem(with);
  };
  EXPECT_EQ(changed([](auto& s) { s.issuer = "http://sso.example"; }),
            "the issuer is not an https URL");
  EXPECT_EQ(changed([](auto& s) { s.issuer = "http://sso.example", s.allow_http = true; }), "ok");
  EXPECT_EQ(changed([](auto& s) { s.issuer = "https://sso.example/?a"; }),
            "the issuer is not an https URL");
  EXPECT_EQ(changed([](auto& s) { s.issuer = "https://sso.example#"; }),
            "the issuer is not an https URL");
  EXPECT_EQ(changed([](auto& s) { s.client_id = ""; }), "client_id is empty");
  EXPECT_EQ(changed([](auto& s) { s.client_secret = ""; }), "the client secret is empty");
  EXPECT_EQ(changed([](auto& s) { s.scope = "profile openid2"; }),
            "the scope does not hold openid");
  EXPECT_EQ(changed([](auto& s) { s.scope = "profile openid"; }), "ok");
  EXPECT_EQ(changed([](auto& s) { s.claims.citizen_id = ""; }),
            "no claim holds the citizen's number");
  EXPECT_EQ(changed([](auto& s) { s.claims.level = ""; }),
            "no claim holds the level: nobody could ever link");
  EXPECT_EQ(changed([](auto& s) { s.timeout = Milliseconds{0}; }), "the timeout is not positive");
  EXPECT_EQ(changed([](auto& s) { s.clock_leeway = Milliseconds{-1}; }),
            "the clock leeway is negative");
}

TEST(ProviderSettings, ClientKeysAreReadAtOnce) {
  const auto with_key = [](const std::string& pem) {
    ProviderSettings with = settings(ClientAuthentication::private_key_jwt);
    with.client_key_pem = pem;
    return problem(with);
  };
  const std::string unreadable = "the client key is not an unencrypted PEM private key";
  const std::string unsuitable =
      "the client key is not RSA of 2048 to 8192 bits or EC P-256 or P-384";
  EXPECT_EQ(with_key(TestKey::rsa_a().pem()), "ok");
  EXPECT_EQ(with_key(TestKey::ec_256().pem()), "ok");
  EXPECT_EQ(with_key(""), unreadable);
  EXPECT_EQ(with_key("not a key"), unreadable);
  EXPECT_EQ(with_key(TestKey::rsa_a().public_pem()), unreadable);
  EXPECT_EQ(with_key(TestKey::rsa_small().pem()), unsuitable);
  EXPECT_EQ(with_key(TestKey::ec("secp256k1").pem()), unsuitable);
  EXPECT_EQ(with_key(TestKey::ec_521().pem()), unsuitable);
  EXPECT_EQ(with_key("-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n"
                     "-----END ENCRYPTED PRIVATE KEY-----\n"),
            unreadable);
}

}  // namespace
}  // namespace vneid::oidc
