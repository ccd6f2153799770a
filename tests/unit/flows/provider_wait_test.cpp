// A provider that is slow, or not there: what people see meanwhile (C4).

#include <string>

#include <gtest/gtest.h>

#include "flows/front/guard.hpp"
#include "unit/flows/world/citizens.hpp"
#include "unit/flows/world/expect.hpp"
#include "unit/flows/world/world.hpp"

namespace vneid::test {
namespace {

constexpr const char* authorize = "https://idp.example/authorize";

class Reachable : public testing::Test {
 protected:
  void SetUp() override {
    world.provider->authorization_endpoint = authorize;
    world.provider->token_endpoint = "https://idp.example/token";
    answer(400);  // as any does that misses its parameters
  }
  void answer(int status) {
    world.http.answers[authorize] = {.status = status, .headers = {}, .body = {}};
  }
  flows::Reply begin() { return world.run(world.get("login")); }
  World world;
};

TEST_F(Reachable, IsAskedOnceInAWhileForEverybody) {
  expect(world, begin(), {.status = 303, .location = "https://idp.example/auth"});
  expect(world, begin(), {.status = 303, .location = "https://idp.example/auth"});
  ASSERT_EQ(world.http.sent.size(), 1U);
  EXPECT_EQ(world.http.sent.front().method, "HEAD");
  world.loop.advance(std::chrono::seconds{16});
  begin();
  EXPECT_EQ(world.http.sent.size(), 2U);
}

TEST_F(Reachable, NobodyIsSentToAServerThatIsAway) {
  world.http.answers.clear();
  expect(world, begin(),
         {.status = 503, .log = "authorization endpoint: refused", .body = "tạm thời gián đoạn"});
  EXPECT_EQ(world.provider->requests, 0);
  answer(302);
  expect(world, begin(), {.status = 503});  // asked again after a pause
  world.loop.advance(std::chrono::seconds{6});
  expect(world, begin(), {.status = 303, .location = "https://idp.example/auth"});
}

TEST_F(Reachable, WhoseLoginIsHeldMaySkipMeanwhile) {
  world.verify_number();
  world.hold_login();
  const std::string csrf = World::csrf_of(world.run(world.get("notice")));
  world.http.answers.clear();
  expect(world, world.run(world.post("notice", "choice=vneid&csrf=" + csrf)),
         {.status = 503, .log = "authorization endpoint", .body = "value=\"skip\""});
  expect(world, world.run(world.post("notice", "choice=skip&csrf=" + csrf)),
         {.status = 302, .location = "/trang-chu"});
}

TEST_F(Reachable, ABrokenGatewayIsAwayAndARefusalIsNot) {
  for (const int status : {502, 503, 504}) {
    World there;
    there.provider->authorization_endpoint = authorize;
    there.provider->token_endpoint = "https://idp.example/token";
    there.http.answers[authorize] = {.status = status, .headers = {}, .body = {}};
    expect(there, there.run(there.get("login")), {.status = 503, .log = "authorization endpoint"});
  }
  answer(500);
  expect(world, begin(), {.status = 303, .location = "https://idp.example/auth"});
}

TEST_F(Reachable, AnEndpointForBrowsersOnlyIsNotAsked) {
  world.provider->token_endpoint = "https://inside.example/token";
  world.http.answers.clear();
  expect(world, begin(), {.status = 303, .location = "https://idp.example/auth"});
}

/// A firewall that answers HEAD with 503, and browsers get through.
TEST_F(Reachable, NothingIsAskedWithTheCheckOff) {
  answer(503);
  world.provider->check_authorization(false);
  expect(world, begin(), {.status = 303, .location = "https://idp.example/auth"});
  EXPECT_TRUE(world.http.sent.empty());
}

class SlowCallback : public testing::Test {
 protected:
  void SetUp() override {
    world.verify_number();
    query = world.go_to_provider();
    world.provider->slowness = std::chrono::seconds{3};
  }
  /// What the page's refresh asks for; empty: it has none.
  static std::string refresh_of(const flows::Reply& page) {
    const std::string mark = "callback/bca?";
    const auto at = page.body.find(mark);
    if (at == std::string::npos) return {};
    std::string address = page.body.substr(at + mark.size());
    address.resize(address.find('"'));
    for (auto amp = address.find("&amp;"); amp != std::string::npos; amp = address.find("&amp;")) {
      address.replace(amp, 5, "&");
    }
    return address;
  }
  flows::Reply come(const std::string& asked) {
    return world.run(world.get("callback/bca", asked));
  }
  World world;
  std::string query;
};

TEST_F(SlowCallback, ShowsAPageThatAsksAgainUntilItIsDone) {
  auto page = come(query);
  expect(world, page, {.status = 200, .body = "Đang xử lý"});
  EXPECT_TRUE(page.body.contains("http-equiv=\"refresh\""));
  int rounds = 0;
  while (page.status == 200 && ++rounds < 10) page = come(refresh_of(page));
  expect(world, page, {.status = 303, .location = "/vneid/linked"});
  EXPECT_GT(rounds, 1);
  EXPECT_TRUE(world.cookies.contains("__Host-vneid-session"));
  EXPECT_EQ(world.settings->metrics.value(metrics::Callback::linked), 1U);
}

TEST_F(SlowCallback, TellsTheCauseOfWhatFailedMeanwhile) {
  world.provider->failure = oidc::RedemptionFailure{.text = "the ID token is stale"};
  auto page = come(query);
  expect(world, page, {.status = 200, .body = "Đang xử lý"});
  for (int rounds = 0; page.status == 200 && rounds < 10; ++rounds) page = come(refresh_of(page));
  expect(world, page, {.status = 502, .log = "the ID token is stale"});
}

TEST_F(SlowCallback, WaitsInTheBrowserWherePagesOfThatAreOff) {
  world.site->wait = Milliseconds{0};
  expect(world, come(query), {.status = 303, .location = "/vneid/linked"});
}

TEST_F(SlowCallback, DoesNotWaitForEver) {
  world.provider->slowness = std::chrono::seconds{15};
  come(query);
  world.worker->scope.cancel_all();  // whoever was at work is gone
  auto page = come(query + "&waited=1");
  expect(world, page, {.status = 200, .body = "Đang xử lý"});
  EXPECT_TRUE(refresh_of(page).ends_with("&waited=2")) << refresh_of(page);
  expect(world, come(query + "&waited=15"), {.status = 503});
  expect(world, come(query + "&waited=x"), {.status = 200});
}

TEST_F(SlowCallback, AFastOneShowsNoPage) {
  world.provider->slowness = std::chrono::milliseconds{200};
  expect(world, come(query), {.status = 303, .location = "/vneid/linked"});
}

/// The population database takes three seconds.
class SlowCheck : public testing::Test {
 protected:
  void SetUp() override {
    answer_population(world);
    world.http.slowness = std::chrono::seconds{3};
  }
  /// Asks again as the page's refresh does, until there is another page.
  flows::Reply wait_for(const std::string& location) {
    const auto start = location.find('?') + 1;
    const std::string path = location.substr(7, start - 8);  // below /vneid/
    std::string query = location.substr(start);
    flows::Reply page = world.run(world.get(path, query));
    for (int times = 1; page.body.contains("Đang xử lý") && times < 20; ++times) {
      page = world.run(world.get(path, query + "&waited=" + std::to_string(times)));
    }
    return page;
  }
  World world;
};

TEST_F(SlowCheck, AnUpdateEndsWhereAFastOneDoes) {
  world.sign_in_by_password();
  const std::string csrf = World::csrf_of(world.run(world.get("identity/update")), "identity");
  const auto sent = world.run(world.post("identity", std::string(typed_citizen) + "&csrf=" + csrf));
  expect(world, sent, {.status = 303, .location = "/vneid/identity/update?check="});
  EXPECT_FALSE(location_of(sent).contains(World::number));
  expect(world, wait_for(location_of(sent)), {.status = 303, .location = "identity?done=verified"});
}

TEST_F(SlowCheck, WhatWasTypedComesBackAndTheWayGoesOn) {
  answer_nobody(world);
  world.sign_in_by_password();
  const std::string csrf = World::csrf_of(world.run(world.get("identity/update")), "identity");
  const auto sent = world.run(
      world.post("identity", std::string(typed_citizen) + "&return=%2Fho-so&csrf=" + csrf));
  const auto page = wait_for(location_of(sent));
  expect(world, page, {.status = 422, .body = World::number});
  EXPECT_TRUE(page.body.contains("name=\"return\" value=\"/ho-so\""));
}

TEST_F(SlowCheck, IsOfItsOwnerOnly) {
  world.sign_in_by_password();
  const std::string csrf = World::csrf_of(world.run(world.get("identity/update")), "identity");
  const auto sent = world.run(world.post("identity", std::string(typed_citizen) + "&csrf=" + csrf));
  world.loop.advance(std::chrono::seconds{5});
  world.cookies.clear();
  world.sign_in_by_password();  // the same account, another browser
  const std::string location = location_of(sent);
  const std::string query = location.substr(location.find('?') + 1) + "&waited=15";
  const auto page = world.run(world.get("identity/update", query));
  expect(world, page, {.status = 503, .body = "tạm thời gián đoạn"});
}

TEST_F(SlowCheck, InALoginLeadsToTheProvider) {
  world.hold_login();
  const std::string csrf = World::csrf_of(world.run(world.get("verify")), "verify");
  const auto sent = world.run(world.post("verify", std::string(typed_citizen) + "&csrf=" + csrf));
  expect(world, sent, {.status = 303, .location = "/vneid/verify?check="});
  expect(world, wait_for(location_of(sent)),
         {.status = 303, .location = "https://idp.example/auth"});
}

TEST_F(SlowCheck, OfStoresThatAreAwayKeepsWhatWasTyped) {
  world.sign_in_by_password();
  const std::string csrf = World::csrf_of(world.run(world.get("identity/update")), "identity");
  const auto sent = world.run(world.post("identity", std::string(typed_citizen) + "&csrf=" + csrf));
  world.postgres.away = true;
  world.loop.advance(std::chrono::seconds{5});
  world.postgres.away = false;
  expect(world, wait_for(location_of(sent)), {.status = 503, .body = World::number});
}

}  // namespace
}  // namespace vneid::test
