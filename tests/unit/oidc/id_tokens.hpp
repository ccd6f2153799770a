#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "oidc/token/id_token.hpp"
#include "unit/oidc/test_keys.hpp"

namespace vneid::test {

using oidc::IdTokenError;
using oidc::IdTokenExpectations;
using oidc::KeySet;

constexpr std::int64_t now_seconds = 1'770'000'000;

/// The claims of a good token as JSON texts by name; a test changes one.
using Claims = std::map<std::string, std::string>;

inline Claims good_claims() {
  return {
      {"iss", R"("https://sso.example")"},
      {"aud", R"("portal")"},
      {"sub", R"("person-1")"},
      {"exp", std::to_string(now_seconds + 300)},
      {"iat", std::to_string(now_seconds)},
      {"nonce", R"("the-nonce")"},
  };
}

inline std::string text_of(const Claims& claims) {
  std::string text = "{";
  for (const auto& [name, value] : claims) {
    if (text.size() > 1) text += ',';
    text += "\"" + name + "\":" + value;
  }
  return text + "}";
}

inline IdTokenExpectations expected() {
  return {.issuer = "https://sso.example",
          .client_id = "portal",
          .nonce = "the-nonce",
          .access_token = "the-access-token",
          .now = Wall{std::chrono::seconds{now_seconds}},
          .leeway = Milliseconds{30'000}};
}

constexpr const char* good_header = R"({"alg":"RS256","kid":"a","typ":"JWT"})";

inline KeySet keys(const std::vector<std::string>& members) {
  return *KeySet::parse(jwks(members));
}

inline const KeySet& usual_keys() {
  static const KeySet set = keys({TestKey::rsa_a().jwk(R"("kid":"a","use":"sig","alg":"RS256")"),
                                  TestKey::ec_256().jwk(R"("kid":"e")")});
  return set;
}

inline std::string error_name(IdTokenError error) {
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
      {IdTokenError::events, "events"},
      {IdTokenError::token_id, "token_id"},
      {IdTokenError::session, "session"},
  };
  return names.at(error);
}

/// "ok" or the error's name.
inline std::string verdict(const std::string& token, const KeySet& set = usual_keys(),
                           const IdTokenExpectations& expectations = expected()) {
  const auto result = verify_id_token(token, set, expectations);
  return result ? "ok" : error_name(result.error().error);
}

/// A token signed by the usual key, with claims as changed by the test.
inline std::string with_claim(const std::string& name, const std::string& value) {
  Claims claims = good_claims();
  if (value.empty()) {
    claims.erase(name);
  } else {
    claims[name] = value;
  }
  return TestKey::rsa_a().token(good_header, text_of(claims));
}

inline std::string with_header(const std::string& header) {
  return TestKey::rsa_a().token(header, text_of(good_claims()));
}

/// For INSTANTIATE_TEST_SUITE_P.
template <class Row>
std::string title(const testing::TestParamInfo<Row>& info) {
  return info.param.title;
}

}  // namespace vneid::test
