#include <optional>
#include <set>
#include <string>
#include <variant>

#include <gtest/gtest.h>

#include "oidc/authorization_request.hpp"
#include "oidc/authorization_response.hpp"
#include "text/form.hpp"

namespace vneid::oidc {
namespace {

Metadata metadata() {
  Metadata made;
  made.issuer = "https://sso.example";
  made.authorization_endpoint = "https://sso.example/authorize?tenant=1";
  return made;
}

ProviderSettings settings() {
  ProviderSettings made;
  made.client_id = "cổng & portal";
  made.scope = "openid profile";
  return made;
}

TEST(AuthorizationRequest, CarriesEverything) {
  const auto made = make_authorization_request(metadata(), settings(),
                                               "https://p.example/vneid/callback/bca?a=b&c",
                                               {.prompt = "login", .ui_locales = "vi en"});
  const std::string begin = "https://sso.example/authorize?tenant=1&";
  ASSERT_TRUE(made.url.starts_with(begin)) << made.url;
  const auto sent = text::decode_form(made.url.substr(begin.size()));
  ASSERT_TRUE(sent);
  const text::Parameters expected{
      {"response_type", "code"},
      {"client_id", "cổng & portal"},
      {"redirect_uri", "https://p.example/vneid/callback/bca?a=b&c"},
      {"scope", "openid profile"},
      {"state", made.state},
      {"nonce", made.nonce},
      {"code_challenge", code_challenge(made.code_verifier)},
      {"code_challenge_method", "S256"},
      {"prompt", "login"},
      {"ui_locales", "vi en"},
  };
  EXPECT_EQ(*sent, expected);
  EXPECT_EQ(made.url.find_first_of(" \"<>#\\^`{|}"), std::string::npos);
  EXPECT_EQ(made.url.find(made.code_verifier), std::string::npos);
}

TEST(AuthorizationRequest, ChallengeIsTheRfcsExample) {  // RFC 7636 appendix B
  EXPECT_EQ(code_challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
}

TEST(AuthorizationRequest, NothingRepeats) {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    const auto made = make_authorization_request(metadata(), settings(), "https://p.example/", {});
    for (const auto& value : {made.state, made.nonce, made.code_verifier}) {
      EXPECT_EQ(value.size(), 43U);
      EXPECT_TRUE(seen.insert(value).second);
    }
  }
}

TEST(WithQuery, JoinsAsTheUrlNeeds) {
  EXPECT_EQ(text::with_query("https://a/b", {{"x", "1"}}), "https://a/b?x=1");
  EXPECT_EQ(text::with_query("https://a/b?", {{"x", "1"}}), "https://a/b?x=1");
  EXPECT_EQ(text::with_query("https://a/b?c=d", {{"x", "1"}}), "https://a/b?c=d&x=1");
  EXPECT_EQ(text::with_query("https://a/b", {}), "https://a/b");
}

/// "code CODE STATE ISS", "error NUMBER NAME STATE ISS", or "malformed: cause".
std::string read(const std::string& query) {
  const auto response = parse_authorization_response(query);
  if (const auto* code = std::get_if<CodeResponse>(&response)) {
    return "code " + code->code + " " + code->state + " " + code->iss.value_or("-");
  }
  if (const auto* error = std::get_if<ErrorResponse>(&response)) {
    return "error " + std::to_string(static_cast<int>(error->error)) + " " + error->name + " " +
           error->state + " " + error->iss.value_or("-");
  }
  return "malformed: " + std::get<MalformedResponse>(response).cause;
}

TEST(AuthorizationResponse, Code) {
  EXPECT_EQ(read("code=c&state=s"), "code c s -");
  EXPECT_EQ(read("state=s&iss=https%3A%2F%2Fsso.example&code=c&session_state=1&scope=openid"),
            "code c s https://sso.example");
  EXPECT_EQ(read("code=a%2Bb%2F%3d&state=s"), "code a+b/= s -");
  EXPECT_EQ(read("code=a+b&state=s"), "code a b s -") << "form decoding: a raw '+' is a blank";
  EXPECT_EQ(read("%63ode=c&state=s"), "code c s -");
  EXPECT_EQ(read("&&code=c&&state=s&"), "code c s -");
  EXPECT_EQ(read("code=c&state=s&other=1&other=2"), "code c s -");
}

TEST(AuthorizationResponse, Errors) {
  EXPECT_EQ(read("error=access_denied&state=s&error_description=H%E1%BB%A7y"),
            "error 0 access_denied s -");
  EXPECT_EQ(read("error=login_required&state=s"), "error 1 login_required s -");
  EXPECT_EQ(read("error=interaction_required&state=s"), "error 1 interaction_required s -");
  EXPECT_EQ(read("error=consent_required&state=s"), "error 1 consent_required s -");
  EXPECT_EQ(read("error=account_selection_required&state=s"),
            "error 1 account_selection_required s -");
  EXPECT_EQ(read("error=temporarily_unavailable&state=s"), "error 2 temporarily_unavailable s -");
  EXPECT_EQ(read("error=server_error&state=s&iss=i"), "error 3 server_error s i");
  EXPECT_EQ(read("error=invalid_scope&state=s"), "error 4 invalid_scope s -");
  EXPECT_EQ(read("error=%3Cscript%3E&state=s"), "error 4  s -") << "not a name for a log";
  EXPECT_EQ(read("error=" + std::string(65, 'e') + "&state=s"), "error 4  s -");
}

TEST(AuthorizationResponse, MissingSubsets) {
  for (const char* query : {"", "code=c", "iss=i", "code=c&iss=i", "error=e", "error=e&iss=i",
                            "error=e&code=c", "x=y"}) {
    EXPECT_EQ(read(query), "malformed: state is missing") << query;
  }
  EXPECT_EQ(read("state=s"), "malformed: neither code nor error");
  EXPECT_EQ(read("state=s&iss=i"), "malformed: neither code nor error");
}

TEST(AuthorizationResponse, Duplicates) {
  EXPECT_EQ(read("code=c&code=c&state=s"), "malformed: code is there twice");
  EXPECT_EQ(read("code=c&%63ode=d&state=s"), "malformed: code is there twice");
  EXPECT_EQ(read("code=c&state=s&state=s"), "malformed: state is there twice");
  EXPECT_EQ(read("code=c&state=s&iss=i&iss=i"), "malformed: iss is there twice");
  EXPECT_EQ(read("error=e&state=s&error=e"), "malformed: error is there twice");
  EXPECT_EQ(read("code=c&error=e&state=s"), "malformed: both code and error");
}

TEST(AuthorizationResponse, BadText) {
  for (const char* name : {"code", "state", "iss", "error"}) {
    const std::string rest = std::string{name} == "state" ? "code=c&" : "state=s&";
    const std::string cause = "malformed: " + std::string{name} + " is not a value";
    EXPECT_EQ(read(rest + name + "="), cause);
    EXPECT_EQ(read(rest + name), cause);
    EXPECT_EQ(read(rest + name + "=%C3%A9"), cause) << "not ASCII";
  }
  for (const char* bad : {"%", "%1", "%zz", "%%", "a%4", "%u0041"}) {
    EXPECT_EQ(read(std::string{"code=c&state=s&x="} + bad), "malformed: broken percent-encoding");
    EXPECT_EQ(read(std::string{"code="} + bad + "&state=s"), "malformed: broken percent-encoding");
  }
  for (const char* bad : {"%00", "%0d%0a", "%0A", "%09", "%7F"}) {
    EXPECT_EQ(read(std::string{"code=c&state=s&x="} + bad), "malformed: control character") << bad;
    EXPECT_EQ(read(std::string{"code=a"} + bad + "b&state=s"), "malformed: control character");
  }
  EXPECT_EQ(read(std::string{"code=c\0&state=s", 15}), "malformed: control character");
  for (const char* bad : {"%FF", "%C3", "%C0%AF", "%E0%80%AF", "%ED%A0%80", "%F4%90%80%80", "%80",
                          "%F0%80%80%AF", "%C1%81"}) {
    EXPECT_EQ(read(std::string{"code=c&state=s&x="} + bad), "malformed: not UTF-8") << bad;
  }
  EXPECT_EQ(read("code=c&state=s&x=%F0%9F%87%BB%E1%BB%87%C3%A9%ED%9F%BF%F4%8F%BF%BF"),
            "code c s -");
}

TEST(AuthorizationResponse, IsBounded) {
  const std::string rest = "&state=s&code=";
  EXPECT_EQ(read("x=" + std::string(max_callback_query_size, 'x') + rest + "c"),
            "malformed: query is too long");
  EXPECT_EQ(read("state=s&code=" + std::string(64 * 1024, 'c')), "malformed: query is too long");
  const std::string fits(max_callback_query_size - rest.size(), 'c');
  EXPECT_EQ(read(rest + fits), "code " + fits + " s -");
}

TEST(ResponseIssuer, IsComparedWhenPresentAndNeededWhenAnnounced) {
  Metadata provider = metadata();
  EXPECT_TRUE(response_issuer_matches(provider, std::nullopt));
  EXPECT_TRUE(response_issuer_matches(provider, "https://sso.example"));
  EXPECT_FALSE(response_issuer_matches(provider, "https://evil.example"));
  EXPECT_FALSE(response_issuer_matches(provider, "https://sso.example/"));
  EXPECT_FALSE(response_issuer_matches(provider, ""));
  provider.announces_response_iss = true;
  EXPECT_FALSE(response_issuer_matches(provider, std::nullopt));
  EXPECT_TRUE(response_issuer_matches(provider, "https://sso.example"));
}

}  // namespace
}  // namespace vneid::oidc
