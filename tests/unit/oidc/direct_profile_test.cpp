// Profile vneid-direct: what is asked, what comes back with the browser, and who it is.
#include <chrono>
#include <string>
#include <variant>

#include <gtest/gtest.h>

#include "oidc/authorization_request.hpp"
#include "oidc/authorization_response.hpp"
#include "oidc/client_authentication.hpp"
#include "oidc/identity_claims.hpp"
#include "oidc/token/token_response.hpp"
#include "text/form.hpp"
#include "text/json.hpp"
#include "unit/oidc/test_keys.hpp"

namespace vneid::oidc {
namespace {

ProviderSettings settings() {
  ProviderSettings made;
  made.profile = ProviderProfile::vneid_direct;
  made.name = "bca";
  made.issuer = "https://sso.example";
  made.client_id = "cổng & portal";
  made.client_secret = "s";
  made.scope = "openid";
  made.claims = default_claims(made.profile);
  made.authorization_endpoint = "https://sso.example/auth?tenant=1";
  made.token_endpoint = "https://sso.example/token";
  made.userinfo_endpoint = "https://sso.example/userinfo";
  made.decryption_key_pem = test::TestKey::rsa_a().pem();
  return made;
}

TEST(DirectSettings, WhatCouldOnlyFailLaterIsFoundNow) {
  const auto problem = [](const ProviderSettings& with) {
    return settings_problem(with).value_or("ok");
  };
  EXPECT_EQ(problem(settings()), "ok");
  for (auto member : {&ProviderSettings::authorization_endpoint, &ProviderSettings::token_endpoint,
                      &ProviderSettings::userinfo_endpoint}) {
    for (const char* url : {"", "http://sso.example/x", "https://", "/token"}) {
      ProviderSettings wrong = settings();
      wrong.*member = url;
      EXPECT_EQ(problem(wrong), "an endpoint is not an https URL") << url;
    }
    ProviderSettings here = settings();
    here.allow_http = true;
    here.*member = "http://127.0.0.1:8080/x";
    EXPECT_EQ(problem(here), "ok");
  }
  ProviderSettings wrong = settings();
  wrong.decryption_key_pem.clear();
  EXPECT_EQ(problem(wrong), "the decryption key is not an unencrypted PEM private key");
  wrong.profile = ProviderProfile::oidc;
  EXPECT_EQ(problem(wrong), "ok");
}

TEST(DirectRequest, HasStateAndNeitherNonceNorPkce) {
  const auto made = make_direct_authorization_request(settings(), "https://p.example/?a=b&c",
                                                      {.prompt = "login"});
  const std::string begin = "https://sso.example/auth?tenant=1&";
  ASSERT_TRUE(made.url.starts_with(begin)) << made.url;
  const text::Parameters expected{{"response_type", "code"},
                                  {"client_id", "cổng & portal"},
                                  {"redirect_uri", "https://p.example/?a=b&c"},
                                  {"scope", "openid"},
                                  {"state", made.state},
                                  {"prompt", "login"}};
  EXPECT_EQ(*text::decode_form(made.url.substr(begin.size())), expected);
  EXPECT_EQ(made.state.size(), 43U);
  EXPECT_EQ(made.nonce + made.code_verifier, "");
  EXPECT_NE(made.state, make_direct_authorization_request(settings(), "https://p", {}).state);
}

/// "code CODE KEY STATE ISS", "error NAME STATE", or "malformed: cause".
std::string read(const std::string& query) {
  const auto response = parse_direct_response(query);
  if (const auto* code = std::get_if<CodeResponse>(&response)) {
    return "code " + code->code + " " + code->encrypt_key.value_or("-") + " " + code->state + " " +
           code->iss.value_or("-");
  }
  if (const auto* error = std::get_if<ErrorResponse>(&response)) {
    return "error " + error->name + " " + error->state;
  }
  return "malformed: " + std::get<MalformedResponse>(response).cause;
}

TEST(DirectResponse, PlusStaysAPlusHoweverItIsWritten) {
  EXPECT_EQ(read("code=a+b/==&encrypt_key=+c++d=&state=s"), "code a+b/== +c++d= s -");
  EXPECT_EQ(read("code=a%2Bb%2F%3D%3d&encrypt_key=%2bc%2B%2Bd%3D&state=s"),
            "code a+b/== +c++d= s -");
  EXPECT_EQ(read("code=a%20b&encrypt_key=c%20d&state=s"), "code a+b c+d s -");
  EXPECT_EQ(read("code=a+b&state=s"), "code a+b - s -");
  EXPECT_EQ(read("code=c&state=a+b"), "code c - a b -") << "others are forms as ever";
}

TEST(DirectResponse, IsAsStrictAsTheOther) {
  EXPECT_EQ(read("code=c&encrypt_key=k&state=s&iss=i&scope=openid"), "code c k s i");
  EXPECT_EQ(read("error=access_denied&state=s&error_description=H%E1%BB%A7y"),
            "error access_denied s");
  EXPECT_EQ(read("error=access_denied&encrypt_key=k&state=s"), "error access_denied s");
  for (const char* query : {"", "code=c&encrypt_key=k", "encrypt_key=k", "error=e"}) {
    EXPECT_EQ(read(query), "malformed: state is missing") << query;
  }
  EXPECT_EQ(read("encrypt_key=k&state=s"), "malformed: neither code nor error");
  EXPECT_EQ(read("code=c&error=e&state=s"), "malformed: both code and error");
  EXPECT_EQ(read("code=c&encrypt_key=k&encrypt_key=k&state=s"),
            "malformed: encrypt_key is there twice");
  for (const char* bad : {"", "%C3%A9"}) {
    EXPECT_EQ(read("code=c&state=s&encrypt_key=" + std::string{bad}),
              "malformed: encrypt_key is not a value");
  }
  EXPECT_EQ(read("code=c&state=s&encrypt_key=%0A"), "malformed: control character");
  EXPECT_EQ(read("code=c&state=s&encrypt_key=%"), "malformed: broken percent-encoding");
  EXPECT_EQ(read("code=c&state=s&encrypt_key=" + std::string(max_callback_query_size, 'k')),
            "malformed: query is too long");
}

TEST(DirectResponse, KeyIsTheDirectProfilesAlone) {
  const auto other = parse_authorization_response("code=c&encrypt_key=k&encrypt_key=k&state=s");
  EXPECT_FALSE(std::get<CodeResponse>(other).encrypt_key);
}

/// "ok", "code: …" (the code is at fault) or "outage: …".
std::string token(int status, const std::string& answer) {
  const auto read =
      read_direct_token_response(status, text::parse_json_object(answer, 1000)->get());
  if (read) return "ok " + read->access_token.reveal();
  return (read.error().code_rejected ? "code: " : "outage: ") + read.error().text;
}

TEST(DirectToken, NeedsAnAccessTokenOnly) {
  EXPECT_EQ(token(200, R"({"access_token":"at","token_type":"Bearer"})"), "ok at");
  EXPECT_EQ(token(200, R"({"access_token":"at","token_type":"bearer"})"), "ok at");
  EXPECT_EQ(token(200, R"({"access_token":"at"})"), "ok at");
  EXPECT_EQ(token(200, R"({"access_token":"at","token_type":"DPoP"})"),
            "outage: token endpoint: token_type is not Bearer");
  for (const char* answer :
       {"{}", R"({"access_token":""})", R"({"access_token":1})", R"({"access_token":"a\nb"})"}) {
    EXPECT_EQ(token(200, answer), "outage: token endpoint: no usable access_token") << answer;
  }
  EXPECT_EQ(token(400, R"({"error":"invalid_grant"})"),
            "code: token endpoint: status 400 invalid_grant");
  EXPECT_EQ(token(500, R"({"error":"invalid_grant"})"),
            "outage: token endpoint: status 500 invalid_grant");
}

VerifiedIdentity map(const std::string& claims) {
  const Wall now{std::chrono::sys_days{std::chrono::year{2026} / 11 / 23}};
  return map_claims(text::parse_json_object(claims, 1000)->get(), settings().claims, now);
}

TEST(DirectClaims, AreMapped) {
  const auto person = map(R"({"citizenPid":"052089999999","fullName":"Nguyễn Văn An",)"
                          R"("birthDate":"07/03/1989","accountType":"1","accountLevel":"2"})");
  EXPECT_EQ(person.citizen_id->digits(), "052089999999");
  EXPECT_EQ(person.name, "Nguyễn Văn An");
  EXPECT_EQ(person.birth_date->to_text(), "1989-03-07");
  EXPECT_EQ(person.kind, identity::AccountKind::personal);
  EXPECT_EQ(person.level, 2);
}

TEST(DirectClaims, OrganisationsAndWhatIsNotUnderstoodNeverPassForAPerson) {
  const auto kind = [](const std::string& value) {
    return map(R"({"accountType":)" + value + "}").kind;
  };
  using enum identity::AccountKind;
  for (const char* word : {"1", R"("1")", R"("PERSONAL")", R"("Individual")"}) {
    EXPECT_EQ(kind(word), personal) << word;
  }
  for (const char* word : {"2", "3", R"("3")", R"("ORGANIZATION")", R"("organisation")"}) {
    EXPECT_EQ(kind(word), organization) << word;
  }
  for (const char* word : {"0", "4", "null", "true", R"("")", R"("company")", R"(["1"])"}) {
    EXPECT_EQ(kind(word), unknown) << word;
  }
  EXPECT_EQ(map("{}").kind, unknown);
}

TEST(DirectClaims, LevelThatIsMissingIsNotEnough) {
  for (const char* claims : {"{}", R"({"accountLevel":null})", R"({"accountLevel":"hai"})",
                             R"({"IAL":2,"loAs":"LoA2"})"}) {
    EXPECT_FALSE(level_satisfied(1, map(claims).level)) << claims;
  }
}

TEST(DirectClaims, SubjectSaysWhatItIs) {
  const auto subject = [](const std::string& claims) {
    return direct_subject(text::parse_json_object(claims, 1000)->get(), map(claims));
  };
  EXPECT_EQ(subject(R"({"sub":"a","TechID":"b","citizenPid":"052089999999"})"), "sub:a");
  EXPECT_EQ(subject(R"({"sub":"","TechID":"b","citizenPid":"052089999999"})"), "tech_id:b");
  EXPECT_EQ(subject(R"({"sub":1,"citizenPid":"052089999999"})"), "citizen_id:052089999999");
  EXPECT_EQ(subject(R"({"citizenPid":"05208999999"})"), "") << "no number";
  EXPECT_EQ(subject("{}"), "");
}

}  // namespace
}  // namespace vneid::oidc
