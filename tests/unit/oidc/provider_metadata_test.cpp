#include "oidc/provider_metadata.hpp"

#include <map>
#include <string>

#include <gtest/gtest.h>

namespace vneid::oidc {
namespace {

using Members = std::map<std::string, std::string>;

ProviderSettings settings() {
  ProviderSettings made;
  made.name = "bca";
  made.issuer = "https://sso.example";
  made.client_id = "portal";
  made.client_secret = "secret";
  return made;
}

Members good() {
  return {
      {"issuer", R"("https://sso.example")"},
      {"authorization_endpoint", R"("https://sso.example/authorize")"},
      {"token_endpoint", R"("https://api.example:8443/token?x=1")"},
      {"jwks_uri", R"("https://sso.example/jwks")"},
      {"response_types_supported", R"(["code","id_token"])"},
  };
}

std::string text_of(const Members& members) {
  std::string text = "{";
  for (const auto& [name, value] : members) {
    if (value.empty()) continue;
    if (text.size() > 1) text += ',';
    text += "\"" + name + "\":" + value;
  }
  return text + "}";
}

/// "ok" or the refusal.
std::string verdict(const std::string& name, const std::string& value,
                    const ProviderSettings& with = settings()) {
  Members members = good();
  members[name] = value;
  const auto parsed = parse_metadata(text_of(members), with);
  return parsed ? "ok" : parsed.error();
}

TEST(Metadata, IsRead) {
  Members members = good();
  members["userinfo_endpoint"] = R"("https://sso.example/userinfo")";
  members["end_session_endpoint"] = R"("https://sso.example/logout")";
  members["authorization_response_iss_parameter_supported"] = "true";
  const auto read = parse_metadata(text_of(members), settings());
  ASSERT_TRUE(read) << read.error();
  EXPECT_EQ(read->issuer, "https://sso.example");
  EXPECT_EQ(read->authorization_endpoint, "https://sso.example/authorize");
  EXPECT_EQ(read->token_endpoint, "https://api.example:8443/token?x=1");
  EXPECT_EQ(read->jwks_uri, "https://sso.example/jwks");
  EXPECT_EQ(read->userinfo_endpoint, "https://sso.example/userinfo");
  EXPECT_EQ(read->end_session_endpoint, "https://sso.example/logout");
  EXPECT_TRUE(read->announces_response_iss);
  const auto least = parse_metadata(text_of(good()), settings());
  ASSERT_TRUE(least);
  EXPECT_FALSE(least->announces_response_iss);
  EXPECT_EQ(least->userinfo_endpoint, "");
}

TEST(Metadata, IsThisIssuersExactly) {
  const std::string other = "issuer is not https://sso.example";
  for (const char* issuer :
       {"", R"("https://other.example")", R"("https://sso.example/")", R"("https://SSO.example")",
        R"("http://sso.example")", "1", R"(["https://sso.example"])"}) {
    EXPECT_EQ(verdict("issuer", issuer), other) << issuer;
  }
}

TEST(Metadata, HasWellFormedHttpsEndpoints) {
  for (const char* name : {"authorization_endpoint", "token_endpoint", "jwks_uri",
                           "userinfo_endpoint", "end_session_endpoint"}) {
    for (const char* url :
         {R"("http://sso.example/x")", R"("ftp://sso.example/x")", R"("file:///etc/passwd")",
          R"("//sso.example/x")", R"("/x")", R"("https://")", R"("https:///x")", R"("")", "1",
          "null", R"("https://user@sso.example/x")", R"("https://sso.example/x#f")",
          R"("https://sso.example/ x")", R"("https://sso.example/\r\nx")",
          R"("https://sso.example:/x")", R"("https://sso.example:99x/x")",
          R"("https://sso.exa\\mple/x")", R"("https://sso.exämple/x")", R"("https://[::1/x")"}) {
      EXPECT_EQ(verdict(name, url), std::string{name} + " is not an https URL") << url;
    }
    EXPECT_EQ(verdict(name, R"("https://sso.example")"), "ok");
    EXPECT_EQ(verdict(name, R"("https://[2001:db8::1]:8443/x")"), "ok");
    EXPECT_EQ(verdict(name, "\"https://sso.example/" + std::string(2048, 'x') + "\""),
              std::string{name} + " is not an https URL");
  }
}

TEST(Metadata, NeedsTheEndpointsOfALogin) {
  for (const char* name : {"authorization_endpoint", "token_endpoint", "jwks_uri"}) {
    EXPECT_EQ(verdict(name, ""), std::string{name} + " is missing");
  }
}

TEST(Metadata, HttpOnlyForAnHttpIssuerAllowedOnPurpose) {
  Members members = good();
  members["issuer"] = R"("http://127.0.0.1:9000")";
  members["token_endpoint"] = R"("http://127.0.0.1:9000/token")";
  ProviderSettings local = settings();
  local.issuer = "http://127.0.0.1:9000";
  EXPECT_FALSE(parse_metadata(text_of(members), local));
  local.allow_http = true;
  EXPECT_TRUE(parse_metadata(text_of(members), local));
  ProviderSettings https = settings();
  https.allow_http = true;
  EXPECT_EQ(verdict("token_endpoint", R"("http://sso.example/token")", https),
            "token_endpoint is not an https URL");
}

TEST(Metadata, NeedsTheCodeFlowWithPkce) {
  const std::string code = "response_types_supported does not name code";
  for (const char* types : {"", "[]", R"(["token"])", R"("code")", R"(["code token"])", "[1]"}) {
    EXPECT_EQ(verdict("response_types_supported", types), code) << types;
  }
  const std::string pkce = "code_challenge_methods_supported does not name S256";
  EXPECT_EQ(verdict("code_challenge_methods_supported", R"(["plain"])"), pkce);
  EXPECT_EQ(verdict("code_challenge_methods_supported", "[]"), pkce);
  EXPECT_EQ(verdict("code_challenge_methods_supported", "null"), pkce);
  EXPECT_EQ(verdict("code_challenge_methods_supported", R"(["plain","S256"])"), "ok");
  EXPECT_EQ(verdict("code_challenge_methods_supported", ""), "ok");
}

TEST(Metadata, NeedsOurClientAuthentication) {
  const std::string methods = "token_endpoint_auth_methods_supported";
  ProviderSettings with = settings();
  EXPECT_EQ(verdict(methods, "", with), "ok");
  EXPECT_EQ(verdict(methods, R"(["client_secret_basic"])", with), "ok");
  EXPECT_EQ(verdict(methods, R"(["private_key_jwt"])", with),
            methods + " does not name client_secret_basic");
  with.authentication = ClientAuthentication::private_key_jwt;
  EXPECT_EQ(verdict(methods, R"(["private_key_jwt"])", with), "ok");
  with.authentication = ClientAuthentication::client_secret_post;
  EXPECT_EQ(verdict(methods, R"(["private_key_jwt"])", with),
            methods + " does not name client_secret_post");
}

TEST(Metadata, RefusesWhatIsNoStrictDocument) {
  const auto refusal = [](const std::string& text) {
    const auto parsed = parse_metadata(text, settings());
    return parsed ? "ok" : parsed.error();
  };
  EXPECT_TRUE(refusal("<html>").starts_with("the document is not JSON"));
  EXPECT_EQ(refusal("[" + text_of(good()) + "]"), "the document is not a JSON object");
  EXPECT_EQ(refusal(text_of(good()) + std::string(max_metadata_size, ' ')),
            "the document is too large");
  std::string twice = text_of(good());
  twice.insert(1, R"("token_endpoint":"https://evil.example/",)");
  EXPECT_TRUE(refusal(twice).starts_with("the document has a member twice"));
}

TEST(Metadata, IsFoundBelowTheIssuer) {
  EXPECT_EQ(discovery_url("https://a.example"),
            "https://a.example/.well-known/openid-configuration");
  EXPECT_EQ(discovery_url("https://a.example/t/"),
            "https://a.example/t/.well-known/openid-configuration");
}

}  // namespace
}  // namespace vneid::oidc
