// What a citizen who has left a shared PC leaves behind there: nothing that the next one can use.

#include <string>

#include <gtest/gtest.h>

#include "flows/front/guard.hpp"
#include "flows/reply/reply.hpp"
#include "unit/flows/world/citizens.hpp"
#include "unit/flows/world/expect.hpp"
#include "unit/flows/world/world.hpp"

namespace vneid::test {
namespace {

using std::chrono::seconds;

class Kiosk : public testing::Test {
 protected:
  void SetUp() override {
    world.site->kiosk = true;
    world.site->session_limits.idle = std::chrono::minutes{2};
  }
  /// Another citizen logs in at the same browser.
  void next_citizen() {
    world.account.id = AccountId{8};
    world.account.name = "tran.thi.b";
    world.sign_in_by_password();
  }
  std::string skip() {
    return "choice=skip&csrf=" + World::csrf_of(world.run(world.get("notice")));
  }
  World world;
};

TEST_F(Kiosk, ALoginThatIsHeldDiesWithTheIdleTime) {
  world.hold_login();
  const std::string form = skip();
  world.loop.advance(seconds{121});
  expect(world, world.run(world.get("notice")), {.status = 409});
  expect(world, world.run(world.post("notice", form)), {.status = 409});
  EXPECT_FALSE(world.cookies.contains("sid"));
}

TEST_F(Kiosk, ALoginThatIsHeldLivesWhileItsCitizenReads) {
  world.hold_login();
  for (int i = 0; i < 4; ++i) {
    world.loop.advance(seconds{100});
    expect(world, world.run(world.get("notice")), {.status = 200});
  }
  expect(world, world.run(world.post("notice", skip())), {.status = 302, .location = "/trang-chu"});
}

TEST_F(Kiosk, AnywhereElseALoginIsHeldForItsOwnTime) {
  world.site->kiosk = false;
  world.hold_login();
  world.loop.advance(seconds{600});
  expect(world, world.run(world.get("notice")), {.status = 200});
}

TEST_F(Kiosk, AKeptFormDiesWithTheIdleTime) {
  for (const bool kiosk : {true, false}) {
    World there;
    there.site->kiosk = kiosk;
    there.site->session_limits.idle = std::chrono::minutes{2};
    to_kept_form(there);
    const std::string query = there.cookies["query"];
    there.loop.advance(seconds{121});
    there.site->session_limits.idle = std::chrono::minutes{15};
    there.cookies.erase("__Host-vneid-session");
    there.run(there.get("callback/bca", there.go_to_provider_first()));
    expect(there, there.run(there.get("resume", query)), {.status = kiosk ? 410 : 200});
  }
}

TEST_F(Kiosk, AKeptFormIsShownToNobodyButWhomItWasShownFirst) {
  to_kept_form(world);
  const std::string query = world.cookies["query"];
  for (int i = 0; i < 2; ++i) {
    expect(world, world.run(world.get("resume", query)), {.body = "action=\"/nop-ho-so\""});
  }
  world.account.linked.reset();
  next_citizen();
  const auto page = world.run(world.get("resume", query));
  expect(world, page, {.status = 410});
  EXPECT_FALSE(page.body.contains("value=\"An\""));
}

TEST_F(Kiosk, AFormThatWasSentInASessionIsThatAccountsAlone) {
  world.sign_in_by_password();
  auto request = world.post({}, "ten=An");
  request.target = "/nop-ho-so";
  const auto kept = world.loop.run(flows::guarded_keep_post(world.exchange(std::move(request))));
  world.keep_cookies(kept.headers);
  const std::string& location = location_of(kept);
  const std::string query = "id=" + location.substr(location.find("id%3D") + 5);
  next_citizen();
  expect(world, world.run(world.get("resume", query)), {.status = 410});
}

TEST_F(Kiosk, WhatACheckCameToDiesWithTheIdleTime) {
  world.site->session_limits.idle = seconds{30};
  EXPECT_EQ(flows::kept_for(*world.site, seconds{120}), seconds{30});
  world.site->kiosk = false;
  EXPECT_EQ(flows::kept_for(*world.site, seconds{120}), seconds{120});
}

}  // namespace
}  // namespace vneid::test
