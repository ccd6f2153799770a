// What a session opens and how it ends: identity, sign-outs. Every outcome, without a
// server.

#include <string>

#include <gtest/gtest.h>

#include "flows/front/guard.hpp"
#include "unit/flows/world/citizens.hpp"
#include "unit/flows/world/expect.hpp"
#include "unit/flows/world/world.hpp"

namespace vneid::test {
namespace {

TEST(Identity, ShowsFieldsAndLinksOfTheSession) {
  World world;
  expect(world, world.run(world.get("identity")), {.status = 401});
  world.sign_in();
  expect(world, world.run(world.get("identity")), {.body = World::number});
  expect(world, world.run(world.get("identity", "done=review")), {});
  expect(world, world.run(world.get("links")), {.body = World::number});
  World other;
  other.sign_in_by_password();
  EXPECT_FALSE(other.run(other.get("identity")).body.contains(World::number));
}

TEST(Session, OfAPersonWhoIsKeptOutOpensNoPageAndEnds) {
  for (const bool by_password : {false, true}) {
    for (const char* page : {"identity", "links", "vault"}) {
      World world;
      world.link_account();
      by_password ? world.sign_in_by_password() : world.sign_in();
      world.kept_out = true;
      expect(world, world.run(world.get(page)),
             {.status = 403, .log = "whom an officer has flagged", .body = "tạm dừng"});
      world.kept_out = false;
      expect(world, world.run(world.get(page)), {.status = 401});
    }
  }
}

TEST(SignIn, OfAPersonWhoIsKeptOutIsRefusedAndTold) {
  World world;
  world.link_account();
  const std::string query = world.go_to_provider_first();
  world.kept_out = true;
  expect(world, world.run(world.get("callback/bca", query)),
         {.status = 403, .log = "whom an officer has flagged", .body = "tạm dừng"});
  EXPECT_FALSE(world.cookies.contains("__Host-vneid-session"));
  // The same callback again says the same.
  expect(world, world.run(world.get("callback/bca", query)), {.status = 403, .body = "tạm dừng"});
}

TEST(SignIn, FindsOutThatThePersonWasFlaggedMeanwhile) {
  World world;
  world.link_account();
  const std::string query = world.go_to_provider_first();
  int asked = 0;  // the second time the session has begun
  world.postgres.on("account_find", [&world, &asked](const auto&) {
    world.kept_out = ++asked == 2;
    return world.rows_of_account();
  });
  expect(world, world.run(world.get("callback/bca", query)), {.status = 403, .body = "tạm dừng"});
  EXPECT_EQ(asked, 2);
  EXPECT_FALSE(world.cookies.contains("__Host-vneid-session"));
}

TEST(Links, OfficersAreAskedToUndoOne) {
  for (const bool by_password : {false, true}) {
    World world;
    world.link_account();
    by_password ? world.sign_in_by_password() : world.sign_in();
    const auto page = world.run(world.get("links"));
    EXPECT_TRUE(page.body.contains("Đây không phải tài khoản của tôi"));
    EXPECT_FALSE(page.body.contains("K7QF-2MXD"));
    const std::string link =
        "link=" + std::to_string(world.account.linked->first.value()) + "&csrf=";
    const std::string csrf = World::csrf_of(page, "links");
    expect(world, world.run(world.post("links", link + World::csrf_of(page, "logout"))),
           {.status = 403});
    expect(world, world.run(world.post("links", "link=99999&csrf=" + csrf)), {.status = 404});
    EXPECT_FALSE(world.postgres.ran("undo_open"));
    expect(world, world.run(world.post("links", link + csrf)),
           {.status = 303, .location = "/vneid/links"});
    EXPECT_TRUE(world.postgres.ran("undo_open"));
    const auto asked = world.run(world.get("links"));
    EXPECT_TRUE(asked.body.contains("K7QF-2MXD"));
    EXPECT_FALSE(asked.body.contains("Đây không phải tài khoản của tôi"));
    expect(world, world.run(world.post("links", link + csrf)),
           {.status = 303, .location = "/vneid/links"});
  }
  World stranger;
  expect(stranger, stranger.run(stranger.post("links", "link=31&csrf=x")), {.status = 401});
}

TEST(Identity, UpdatesAndTellsWhatCameOfIt) {
  World world;
  answer_population(world);
  world.sign_in_by_password();
  const std::string csrf = World::csrf_of(world.run(world.get("identity/update")));
  const std::string form = typed_citizen + std::string("&csrf=") + csrf;
  expect(world, world.run(world.post("identity", form)),
         {.status = 303, .location = "identity?done=verified"});
  expect(world, world.run(world.post("identity", typed_citizen)), {.status = 403});
  expect(world, world.run(world.post("identity", "action=other&csrf=" + csrf)), {.status = 400});
  answer_population(world, "BÌNH");
  const auto other_name = world.run(world.post("identity", form));
  EXPECT_FALSE(location_of(other_name).contains("done=verified"));
  world.http.answers.clear();
  expect(world, world.run(world.post("identity", form)), {.status = 503});
  world.redis.limit = {2, 60'000};
  expect(world, world.run(world.post("identity", form)), {.status = 429});
  world.postgres.away = true;
  expect(world, world.run(world.post("identity", form)), {.status = 503});
  world.redis.away = true;
  expect(world, world.run(world.post("identity", form)), {.status = 503, .body = World::number});
  expect(world, world.run(world.post("identity", "action=edit&phone=0912345678&csrf=" + csrf)),
         {.status = 503, .body = "0912345678"});
  expect(world, world.run(world.post("identity", "action=edit&phone=0912345678&csrf=x")),
         {.status = 503});
}

TEST(Identity, WhatNobodyKnowsAnyMoreIsForAnOfficer) {
  World world;
  world.verify_number();
  answer_nobody(world);
  world.sign_in_by_password();
  const std::string csrf = World::csrf_of(world.run(world.get("identity/update")));
  expect(world, world.run(world.post("identity", typed_citizen + std::string("&csrf=") + csrf)),
         {.status = 303, .location = "identity?done=review"});
}

TEST(Identity, EditsWhatIsNotVerified) {
  World world;
  world.sign_in_by_password();
  const std::string csrf = World::csrf_of(world.run(world.get("identity/edit")));
  expect(world, world.run(world.post("identity", "action=edit&phone=0912345678&csrf=" + csrf)),
         {.status = 303, .location = "identity?done=edited"});
  expect(world, world.run(world.post("identity", "action=edit&phone=12&csrf=" + csrf)),
         {.status = 422, .body = "value=\"12\""});
  world.postgres.away = true;
  expect(world, world.run(world.post("identity", "action=edit&phone=0912345678&csrf=" + csrf)),
         {.status = 503, .body = "0912345678"});
}

TEST(Identity, PagesOfAnAccountThatIsGone) {
  World world;
  world.sign_in_by_password();
  const std::string csrf = World::csrf_of(world.run(world.get("identity/edit")));
  world.postgres.on("identity_read_profile", std::vector<Row>{});
  for (const char* path : {"identity", "identity/update", "identity/edit"}) {
    expect(world, world.run(world.get(path)), {.status = 404});
  }
  expect(world, world.run(world.post("identity", typed_citizen + std::string("&csrf=") + csrf)),
         {.status = 404});
  expect(world, world.run(world.post("identity", "action=edit&csrf=" + csrf)), {.status = 404});
  expect(world, world.run(world.get("api/v1/identity")), {.status = 404});
}

TEST(Identity, WithoutASourceThereIsNoUpdate) {
  World world;
  world.sign_in_by_password();
  world.site->population.clear();
  expect(world, world.run(world.get("identity/update")), {.status = 404});
}

TEST(Api, AnswersInJson) {
  World world;
  expect(world, world.run(world.get("api/v1/identity")), {.status = 401, .body = "sign_in"});
  expect(world, world.run(world.get("api/v1/openapi.json")), {.body = "openapi"});
  expect(world, world.run(world.get("api/v1/other")), {.status = 404, .body = "not_found"});
  answer_population(world);
  world.sign_in_by_password();
  expect(world, world.run(world.get("api/v1/identity")), {.body = "\"can_update\":true"});
  expect(world, world.run(api_post(world, "update", R"("citizen_id":"12")")),
         {.status = 422, .body = "mistyped"});
  expect(world, world.run(api_post(world, "update", api_citizen)), {.body = "verified"});
  expect(world, world.run(api_post(world, "edit", R"("phone":"0912345678","email":null)")),
         {.body = "edited"});
  expect(world, world.run(api_post(world, "edit", R"("phone":"12")")),
         {.status = 422, .body = "problems"});
  expect(world, world.run(api_post(world, "edit", R"("name":"Lê Văn Khác")")),
         {.status = 422, .body = "locked"});
  expect(world, world.run(api_post(world, "edit", R"("phone":12)")), {.status = 400});
}

TEST(Api, TellsEachOutcomeOfAnUpdate) {
  World world;
  world.sign_in_by_password();
  const auto update = [&world] { return world.run(api_post(world, "update", api_citizen)); };
  expect(world, update(), {.status = 503, .body = "population_away"});
  answer_nobody(world);
  expect(world, update(), {.status = 422, .body = "no_match"});
  world.redis.limit = {1, 500};
  expect(world, update(), {.status = 503, .body = "busy"});
  world.redis.limit = {2, 500};
  expect(world, update(), {.status = 429, .body = "asked_too_often"});
  world.redis.limit = {0, 0};
  world.verify_number();
  expect(world, update(), {.body = "in_review"});
  auto foreign = api_post(world, "edit", R"("phone":"0912345678")");
  foreign.origin = "https://evil.example";
  expect(world, world.run(foreign), {.status = 403, .body = "csrf"});
  foreign.body_is_json = false;
  expect(world, world.run(foreign), {.status = 400, .body = "bad_request"});
  auto broken = api_post(world, "edit", R"("phone":"0912345678")");
  broken.body = "{";
  expect(world, world.run(broken), {.status = 400});
  world.site->population.clear();
  expect(world, update(), {.status = 404});
}

TEST(SignOut, EndsAllThree) {
  World world;
  world.sign_in();
  world.site->logout_location = "/dang-xuat";
  const std::string csrf = World::csrf_of(world.run(world.get("logout")));
  expect(world, world.run(world.post("logout", "")), {.status = 403});
  const auto reply = world.run(world.post("logout", "csrf=" + csrf));
  expect(world, reply, {.status = 303, .location = "https://idp.example/logout"});
  EXPECT_TRUE(location_of(reply).contains("id_token_hint=the.id.token"));
  EXPECT_FALSE(world.cookies.contains("__Host-vneid-session"));
  expect(world, world.run(world.get("identity")), {.status = 401});
  // What the provider gives back leads on to the portal's own sign-out, once.
  const std::string& url = location_of(reply);
  const std::string state = url.substr(url.find("state=") + 6);
  expect(world, world.run(world.get("signed-out", "state=" + state)),
         {.status = 303, .location = "/dang-xuat"});
  expect(world, world.run(world.get("signed-out", "state=x")), {.status = 200});
  world.loop.advance(std::chrono::minutes{11});
  expect(world, world.run(world.get("signed-out", "state=" + state)), {.status = 200});
}

TEST(SignOut, WhereTheProviderCannotBeLeft) {
  World world;
  world.sign_in();
  world.provider->end_session_endpoint.clear();
  const std::string csrf = World::csrf_of(world.run(world.get("logout")));
  expect(world, world.run(world.post("logout", "csrf=" + csrf)),
         {.status = 303, .location = "signed-out?because=provider"});
  World away;
  away.sign_in();
  away.provider->away = true;
  const std::string token = World::csrf_of(away.run(away.get("logout")));
  expect(away, away.run(away.post("logout", "csrf=" + token)),
         {.status = 303, .location = "because=provider", .log = "lives on"});
}

TEST(SignOut, OfALegacyLoginNeedsNoProvider) {
  World world;
  world.sign_in_by_password();
  world.site->portal_cookie = "sid";
  const std::string csrf = World::csrf_of(world.run(world.get("logout")));
  expect(world, world.run(world.post("logout", "csrf=" + csrf)),
         {.status = 303, .location = "/vneid/signed-out"});
  EXPECT_FALSE(world.cookies.contains("sid"));
}

TEST(SignOut, TakesAllThatIsTheCitizensOutOfTheBrowser) {
  World world;
  to_kept_form(world);
  const std::string query = world.cookies["query"];
  world.cookies["__Host-vneid-later"] = world.cookies["__Host-vneid-portal"] = "x";
  const std::string csrf = World::csrf_of(world.run(world.get("logout")));
  world.run(world.post("logout", "csrf=" + csrf));
  for (const char* name : {"session", "ticket", "flow", "post", "later", "portal"}) {
    EXPECT_FALSE(world.cookies.contains(std::string{"__Host-vneid-"} + name)) << name;
  }
  // Whoever comes next finds the address in the history.
  world.run(world.get("callback/bca", world.go_to_provider_first()));
  expect(world, world.run(world.get("resume", query)), {.status = 410});
}

TEST(SignOut, NotMeEndsAtThePortalsLogin) {
  World world;
  world.verify_number();
  world.sign_in_by_password();
  world.site->login_page = "/dang-nhap";
  const auto offer = world.run(world.get("link"));
  EXPECT_TRUE(offer.body.contains("name=\"then\" value=\"login\""));
  const std::string form = "then=login&csrf=" + World::csrf_of(offer, "logout");
  expect(world, world.run(world.post("logout", form)), {.status = 303, .location = "/dang-nhap"});
  expect(world, world.run(world.get("identity")), {.status = 401});
}

TEST(SignOut, NotMeLeavesNoPortalSessionForTheNextLogin) {
  for (const bool cookie_is_told : {false, true}) {
    World world;
    world.sign_in_by_password();
    world.site->login_page = "/dang-nhap";
    world.site->logout_location = "/dang-xuat";
    world.cookies["sid"] = "portal-session";
    const auto update = world.run(world.get("identity/update"));
    const std::string form = "then=login&csrf=" + World::csrf_of(update, "logout");
    if (cookie_is_told) world.site->portal_cookie = "sid";
    const auto reply = world.run(world.post("logout", form));
    // Only the portal can end what nobody has named.
    expect(world, reply, {.status = 303, .location = cookie_is_told ? "/dang-nhap" : "/dang-xuat"});
    EXPECT_NE(world.cookies.contains("sid"), cookie_is_told);
  }
}

TEST(SignOut, AtAKioskForgetsWhoIsGone) {
  World world;
  world.sign_in();
  world.site->kiosk = true;
  world.run(world.get("signed-out", "because=idle"));
  EXPECT_TRUE(world.cookies.contains("__Host-vneid-session")) << "still there";
  world.redis.values.clear();
  world.run(world.get("signed-out", "because=idle"));
  EXPECT_FALSE(world.cookies.contains("__Host-vneid-session"));
}

flows::LoginVerdict portal_signs_out(World& world, const char* location,
                                     const char* mode = "navigate") {
  flows::PortalSignOut answer;
  answer.answer.status = 302;
  answer.answer.headers = {{"Location", location}, {"Set-Cookie", "sid=; Path=/"}};
  auto request = world.get("/dang-xuat");
  request.sec_fetch_mode = mode;
  return world.loop.run(
      flows::guarded_sign_out(world.exchange(std::move(request)), std::move(answer)));
}

TEST(PortalSignOut, TakesOurSessionAlong) {
  World world;
  world.sign_in();
  const auto verdict = portal_signs_out(world, "/");
  ASSERT_TRUE(verdict.reply);
  EXPECT_TRUE(location_of(*verdict.reply).starts_with("https://idp.example/logout"));
  expect(world, world.run(world.get("identity")), {.status = 401});
}

TEST(PortalSignOut, OfAScriptGoesOnAsItWas) {
  World world;
  world.sign_in();
  const auto verdict = portal_signs_out(world, "/", "cors");
  EXPECT_FALSE(verdict.reply);
  EXPECT_EQ(verdict.added_headers.size(), 6U);
}

TEST(PortalSignOut, ReachesTheBrowserWithRedisAway) {
  World world;
  world.sign_in();
  world.redis.away = true;
  const auto verdict = portal_signs_out(world, "https://elsewhere.example/");
  EXPECT_FALSE(verdict.reply);
  EXPECT_EQ(verdict.added_headers.size(), 6U);
  EXPECT_TRUE(world.log.lines.contains("our session ends when Redis is back"));
}

class BackchannelLogout : public testing::Test {
 protected:
  void SetUp() override {
    world.sign_in();
    token.session_id = "idp-session";
    token.token_id = "jti";
    token.good_until = world.loop.wall_now() + std::chrono::hours{1};
  }
  flows::Reply send(const std::string& provider = "bca") {
    if (!failure.empty()) {
      world.provider->told_logout = std::unexpected{oidc::LogoutFailure{.text = failure}};
    } else {
      world.provider->told_logout = token;
    }
    auto request = world.post("backchannel-logout/" + provider, "logout_token=a.b.c");
    request.cookie.clear();
    return world.run(std::move(request));
  }
  World world;
  oidc::LogoutToken token;
  std::string failure;
};

TEST_F(BackchannelLogout, EndsTheSessionOnce) {
  expect(world, send(), {.status = 200, .log = "1 sessions ended"});
  expect(world, world.run(world.get("identity")), {.status = 401});
  expect(world, send(), {.status = 400, .log = "used before"});
}

TEST_F(BackchannelLogout, EndsAllSessionsOfAPerson) {
  token.session_id.clear();
  token.subject = "bca-1";
  expect(world, send(), {.status = 200, .log = "1 sessions ended"});
}

/// Whatever the site's limits: a session that was seen a moment ago must not live on in memory.
TEST_F(BackchannelLogout, LeavesNoMemoryOfTheSession) {
  for (const bool kiosk : {false, true}) {
    World there;
    there.sign_in();
    there.site->kiosk = kiosk;
    const auto gate = [&there] {
      auto request = there.get("/ho-so");
      request.sec_fetch_mode = "navigate";
      return there.loop.run(flows::guarded_gate(there.exchange(std::move(request)),
                                                policy::Requirement::level2, nullptr));
    };
    EXPECT_EQ(gate().next, flows::GateVerdict::Next::pass);
    there.site->kiosk = false;  // the provider's request comes to whichever server
    there.provider->told_logout = token;
    expect(there, there.run(there.post("backchannel-logout/bca", "logout_token=a.b.c")),
           {.status = 200, .log = "1 sessions ended"});
    there.site->kiosk = kiosk;
    there.redis.away = true;
    EXPECT_EQ(gate().next, flows::GateVerdict::Next::answer) << kiosk;
  }
}

TEST_F(BackchannelLogout, RefusesWhatItCannotBelieve) {
  expect(world, send("other"), {.status = 400});
  failure = "iss";
  expect(world, send(), {.status = 400, .log = "refused: iss"});
  auto empty = world.post("backchannel-logout/bca", "");
  expect(world, world.run(empty), {.status = 400, .log = "no form with one logout_token"});
  expect(world, world.run(world.get("backchannel-logout/bca")), {.status = 405});
}

TEST_F(BackchannelLogout, AsksToTryAgainWhileSomebodyIsAway) {
  world.provider->away = true;
  expect(world, send(), {.status = 503});
  world.provider->away = false;
  world.redis.away = true;
  expect(world, send(), {.status = 503});
  world.redis.away = false;
  expect(world, send(), {.status = 200});  // the claim was not used up
}

TEST(Front, AnswersWhatIsNoFlow) {
  World world;
  expect(world, world.run(world.get("nowhere")), {.status = 404});
  expect(world, world.run(world.get("assets/none.css")), {.status = 404});
  expect(world, world.run(world.post("guide", "")), {.status = 405});
  expect(world, world.run(world.get("api/v1/identity/edit")), {.status = 405});
  expect(world, world.run(world.get("jwks")), {.body = "\"keys\""});
  world.settings->assertion_keys.reset();
  expect(world, world.run(world.get("jwks")), {.status = 404});
  auto head = world.get("callback/bca", "code=a&state=b");
  head.method = flows::Request::Method::head;
  expect(world, world.run(head), {.status = 405});
  expect(world, world.run(world.post("assets/style.css", "")), {.status = 405});
}

}  // namespace
}  // namespace vneid::test
