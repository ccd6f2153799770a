// What comes back from the token endpoint and from userinfo.
#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "oidc/cached.hpp"
#include "oidc/logout.hpp"
#include "oidc/token/token_response.hpp"

namespace vneid::oidc {
namespace {

const std::string good =
    R"({"access_token":"at","token_type":"Bearer","expires_in":60,"id_token":"a.b.c"})";

/// "ok", "code: …" (the code is at fault) or "outage: …".
std::string read(int status, const std::string& body) {
  const auto answer = read_token_response(status, body);
  if (answer) return "ok";
  return (answer.error().code_rejected ? "code: " : "outage: ") + answer.error().text;
}

TEST(TokenResponse, IsRead) {
  const auto answer = read_token_response(200, good);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->access_token.reveal(), "at");
  EXPECT_EQ(answer->id_token.reveal(), "a.b.c");
}

TEST(TokenResponse, TokenTypeIgnoresCaseAndExpiresInMayBeMissing) {
  for (const char* type : {"bearer", "BEARER", "bEaReR"}) {
    EXPECT_EQ(read(200, std::string{R"({"access_token":"at","id_token":"x","token_type":")"} +
                            type + "\"}"),
              "ok");
  }
}

TEST(TokenResponse, WhatIsNoAnswerIsAnOutage) {
  const auto outage = [](int status, const std::string& body) {
    return read(status, body).starts_with("outage: token endpoint: ");
  };
  EXPECT_TRUE(outage(200, "<html>Request Rejected</html>"));
  EXPECT_TRUE(outage(200, ""));
  EXPECT_TRUE(outage(204, ""));
  EXPECT_TRUE(outage(200, "[" + good + "]"));
  EXPECT_TRUE(outage(200, good.substr(0, good.size() - 1)));
  EXPECT_TRUE(outage(200, good + std::string(max_token_response_size, ' ')));
  EXPECT_TRUE(outage(200, R"({"id_token":"x","id_token":"y","token_type":"Bearer"})"));
  EXPECT_TRUE(outage(201, good));
  EXPECT_TRUE(outage(302, good));
  EXPECT_TRUE(outage(500, good));
  EXPECT_TRUE(outage(200, R"({"access_token":"at","id_token":"x"})"));
  EXPECT_TRUE(outage(200, R"({"access_token":"at","id_token":"x","token_type":"DPoP"})"));
  EXPECT_TRUE(outage(200, R"({"access_token":"at","id_token":"x","token_type":"Bearers"})"));
  EXPECT_TRUE(outage(200, R"({"access_token":"at","token_type":"Bearer"})"));
  EXPECT_TRUE(outage(200, R"({"access_token":"at","id_token":"","token_type":"Bearer"})"));
  EXPECT_TRUE(outage(200, R"({"access_token":"at","id_token":1,"token_type":"Bearer"})"));
  EXPECT_TRUE(outage(200, R"({"id_token":"x","token_type":"Bearer"})"));
  EXPECT_TRUE(outage(200, R"({"access_token":"","id_token":"x","token_type":"Bearer"})"));
  EXPECT_TRUE(outage(200, R"({"access_token":"a\r\nX: y","id_token":"x","token_type":"Bearer"})"));
}

TEST(TokenResponse, OnlyInvalidGrantIsTheCodesFault) {
  EXPECT_EQ(read(400, R"({"error":"invalid_grant"})"),
            "code: token endpoint: status 400 invalid_grant");
  EXPECT_EQ(read(401, R"({"error":"invalid_client"})"),
            "outage: token endpoint: status 401 invalid_client");
  EXPECT_EQ(read(500, R"({"error":"invalid_grant"})"),
            "outage: token endpoint: status 500 invalid_grant");
  EXPECT_EQ(read(200, R"({"error":"invalid_grant"})").substr(0, 7), "outage:");
  EXPECT_EQ(read(400, R"({"error":"secret code=SplxlOBe"})"), "outage: token endpoint: status 400 ")
      << "nothing of what the provider wrote";
  EXPECT_EQ(read(400, "<html>invalid_grant"),
            "outage: token endpoint: status 400, the answer is not JSON (byte 1)");
}

text::Json claims() {
  return std::move(*text::parse_json_object(
      R"({"iss":"i","sub":"s","SoDinhDanh":"052089999999","IAL":1,"email":"signed"})", 1000));
}

TEST(Userinfo, AddsWhatTheIdTokenDoesNotSay) {
  const text::Json merged = claims();
  ASSERT_TRUE(merge_userinfo(merged.get(),
                             R"({"sub":"s","iss":"evil","IAL":2,"email":"x","HoVaTen":"An"})",
                             "SoDinhDanh"));
  EXPECT_EQ(text::json_text(merged.get(), "iss"), "i");
  EXPECT_EQ(text::json_text(merged.get(), "email"), "signed");
  EXPECT_EQ(text::json_number(merged.get(), "IAL"), 1);
  EXPECT_EQ(text::json_text(merged.get(), "HoVaTen"), "An");
}

TEST(Userinfo, IsTheSamePersons) {
  const auto error = [](const std::string& body) {
    const text::Json merged = claims();
    const std::string before = text::json_dump(merged.get());
    const auto result = merge_userinfo(merged.get(), body, "SoDinhDanh");
    if (!result) EXPECT_EQ(text::json_dump(merged.get()), before) << "discarded whole";
    return result ? -1 : static_cast<int>(result.error());
  };
  const int subject = static_cast<int>(UserinfoError::subject);
  EXPECT_EQ(error(R"({"sub":"S"})"), subject);
  EXPECT_EQ(error(R"({"sub":"other"})"), subject);
  EXPECT_EQ(error(R"({"sub":""})"), subject);
  EXPECT_EQ(error(R"({"sub":["s"]})"), subject);
  EXPECT_EQ(error("{}"), subject);
  EXPECT_EQ(error(R"({"sub":"s","SoDinhDanh":"052089999999"})"), -1);
  const int contradicted = static_cast<int>(UserinfoError::contradicted);
  EXPECT_EQ(error(R"({"sub":"s","SoDinhDanh":"052089999998"})"), contradicted);
  EXPECT_EQ(error(R"({"sub":"s","SoDinhDanh":52089999999})"), contradicted);
  const int unusable = static_cast<int>(UserinfoError::unusable);
  EXPECT_EQ(error(R"([{"sub":"s"}])"), unusable);
  EXPECT_EQ(error("a.b.c"), unusable);
  EXPECT_EQ(error(""), unusable);
  EXPECT_EQ(error(R"({"sub":"x","sub":"s"})"), unusable);
  EXPECT_EQ(error(R"({"sub":"s"})" + std::string(max_userinfo_size, ' ')), unusable);
}

TEST(Lifetime, IsWithinAMinuteAndADay) {
  const auto seconds = [](const char* header) { return lifetime_from(header).count(); };
  EXPECT_EQ(seconds(""), 3600);
  EXPECT_EQ(seconds("no-store"), 3600);
  EXPECT_EQ(seconds("max-age=600"), 600);
  EXPECT_EQ(seconds("public, Max-Age=600, must-revalidate"), 600);
  EXPECT_EQ(seconds("s-maxage=5, max-age=600"), 600);
  EXPECT_EQ(seconds("max-age=0"), 60);
  EXPECT_EQ(seconds("max-age=31536000"), 86400);
  EXPECT_EQ(seconds("max-age=99999999999999999999999"), 86400);
  EXPECT_EQ(seconds("max-age=-99999999999999999999999"), 3600);
  EXPECT_EQ(seconds("max-age=-1"), 3600);
  EXPECT_EQ(seconds("max-age="), 3600);
  EXPECT_EQ(seconds("max-age=x"), 3600);
  EXPECT_EQ(seconds(",,,"), 3600);
}

TEST(Cached, KeepsAnOldValueAndAsksAgainAfterAPause) {
  Cached<int> cached;
  Monotonic now{};
  EXPECT_FALSE(cached.usable(now));
  cached.store(std::make_shared<const int>(1), now, std::chrono::seconds{100});
  EXPECT_TRUE(cached.usable(now + std::chrono::seconds{99}));
  now += std::chrono::seconds{100};
  EXPECT_FALSE(cached.usable(now));
  EXPECT_EQ(*cached.value(), 1);
  cached.refresh_failed(now, std::chrono::seconds{60});
  EXPECT_TRUE(cached.usable(now + std::chrono::seconds{59}));
  EXPECT_FALSE(cached.usable(now + std::chrono::seconds{60}));
}

TEST(Logout, BuildsTheUrl) {
  Metadata metadata;
  LogoutRequest request{Secret{"a.b.c"}, "portal", "https://p.example/?x=1&y", "st"};
  EXPECT_FALSE(logout_url(metadata, request));
  metadata.end_session_endpoint = "https://sso.example/logout?t=1";
  EXPECT_EQ(logout_url(metadata, request),
            "https://sso.example/logout?t=1&id_token_hint=a.b.c&client_id=portal"
            "&post_logout_redirect_uri=https%3A%2F%2Fp.example%2F%3Fx%3D1%26y&state=st");
  request = {};
  request.client_id = "portal";
  EXPECT_EQ(logout_url(metadata, request), "https://sso.example/logout?t=1&client_id=portal");
}

}  // namespace
}  // namespace vneid::oidc
