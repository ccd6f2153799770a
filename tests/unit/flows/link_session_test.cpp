// The account that a browser is logged in to at the portal, linked from there (R7): by a gate, by
// the lists, after an update. Every outcome, without a server.

#include <string>

#include <gtest/gtest.h>

#include "unit/flows/world/citizens.hpp"
#include "unit/flows/world/expect.hpp"
#include "unit/flows/world/world.hpp"

namespace vneid::test {
namespace {

class LinkSession : public testing::Test {
 protected:
  void SetUp() override {
    world.verify_number();
    world.sign_in_by_password();
  }
  flows::Reply offer() { return world.run(world.get("link", "return=%2Fho-so")); }
  flows::Reply accept() {
    return world.run(world.post("link", "return=%2Fho-so&csrf=" + World::csrf_of(offer(), "link")));
  }
  flows::Reply come_back() {
    return world.run(world.get("callback/bca", world.answer_of_provider()));
  }
  World world;
};

TEST_F(LinkSession, AVNeIDLoginOffersTheAccountThatIsLoggedIn) {
  expect(world, world.run(world.get("login", "return=%2Fho-so")),
         {.status = 303, .location = "/vneid/link?return=%2Fho-so"});
  EXPECT_EQ(world.provider->requests, 0) << "nobody goes to the provider before he has agreed";
  const auto page = offer();
  expect(world, page, {.body = "l******a"});
  EXPECT_TRUE(page.body.contains("Liên kết với VNeID"));
  EXPECT_TRUE(page.body.contains("Không phải tôi"));
  EXPECT_FALSE(page.body.contains(World::number));
}

TEST_F(LinkSession, OneWalkEndsAtThePageThatWasAskedFor) {
  expect(world, accept(), {.status = 303, .location = "https://"});
  expect(world, come_back(), {.status = 303, .location = "/vneid/linked?return=%2Fho-so"});
  EXPECT_TRUE(world.postgres.ran("link_make"));
  const auto page = world.run(world.get("linked", "return=%2Fho-so"));
  expect(world, page, {.body = "href=\"/ho-so\""});
  EXPECT_TRUE(page.body.contains(World::number)) << "VNeID has proven the person";
}

TEST_F(LinkSession, TheLinkSessionBelongsToThePortalSessionThatTheLoginBegan) {
  world.site->portal_cookie = "sid";
  world.cookies.clear();
  world.sign_in_by_password();
  world.cookies["sid"] = "portal-session";
  accept();
  // Browsers keep a Strict cookie from a navigation that begins at the provider.
  world.cookies.erase("sid");
  expect(world, come_back(), {.status = 303, .location = "/vneid/linked"});
  expect(world, world.run(world.get("linked")), {.status = 401});
  world.cookies["sid"] = "portal-session";
  expect(world, world.run(world.get("linked")), {.status = 200});
  world.cookies["sid"] = "another";
  expect(world, world.run(world.get("linked")), {.status = 401});
}

TEST_F(LinkSession, NothingIsLinkedWhenTheSessionIsOver) {
  accept();
  world.cookies.erase("__Host-vneid-session");
  expect(world, come_back(), {.status = 410, .log = "the session at the portal"});
  EXPECT_FALSE(world.postgres.ran("link_make"));
}

TEST_F(LinkSession, NothingIsLinkedWhenAnotherAccountLoggedInMeanwhile) {
  accept();
  const std::string query = world.answer_of_provider();
  world.account.id = AccountId{8};
  world.account.name = "tran.thi.b";
  world.log_in(world.login());
  expect(world, world.run(world.get("callback/bca", query)), {.status = 410});
  EXPECT_FALSE(world.postgres.ran("link_make"));
}

TEST_F(LinkSession, TheSameCallbackAgainEndsOnTheSamePage) {
  accept();
  come_back();
  expect(world, come_back(), {.status = 303, .location = "/vneid/linked?return=%2Fho-so"});
  world.cookies.erase("__Host-vneid-session");  // the first answer was lost
  expect(world, come_back(), {.status = 303, .location = "/vneid/linked?return=%2Fho-so"});
  world.cookies.erase("__Host-vneid-session");
  world.loop.advance(std::chrono::minutes{2});
  expect(world, come_back(), {.status = 410});
}

TEST_F(LinkSession, WhatFailsLeadsBackToTheOffer) {
  accept();
  const auto cancelled =
      world.run(world.get("callback/bca", "error=access_denied&state=state-" +
                                              std::to_string(world.provider->requests)));
  expect(world, cancelled, {.body = "/vneid/link?return=%2Fho-so"});
  expect(world, world.run(world.get("identity")), {.status = 200});
}

TEST_F(LinkSession, OnlyItsOwnFormBeginsIt) {
  expect(world, world.run(world.post("link", "return=%2Fho-so")), {.status = 403});
  expect(world, world.run(world.post("link", "csrf=" + World::csrf_of(offer(), "logout"))),
         {.status = 403});
  EXPECT_EQ(world.provider->requests, 0);
  const auto foreign = world.run(world.get("link", "return=https%3A%2F%2Fevil.example"));
  EXPECT_FALSE(foreign.body.contains("evil"));
}

TEST_F(LinkSession, IsOfferedByTheListsUntilThereIsALink) {
  for (const char* page : {"links", "identity"}) {
    EXPECT_TRUE(world.run(world.get(page)).body.contains("/vneid/link?return=")) << page;
  }
  accept();
  come_back();
  world.link_account();
  for (const char* page : {"links", "identity"}) {
    EXPECT_FALSE(world.run(world.get(page)).body.contains("/vneid/link?return=")) << page;
  }
}

TEST(LinkOffer, TheNumberIsVerifiedOnTheWay) {
  World world;
  answer_population(world);
  world.sign_in_by_password();
  const auto page = world.run(world.get("link", "return=%2Fho-so"));
  expect(world, page, {.body = "/vneid/identity/update?return=%2Fho-so"});
  EXPECT_FALSE(page.body.contains("action=\"/vneid/link\""));
  const auto form = world.run(world.get("identity/update", "return=%2Fho-so"));
  expect(world, form, {.body = "href=\"/vneid/link?return=%2Fho-so\""});
  const std::string typed = std::string(typed_citizen) + "&return=%2Fho-so&csrf=";
  // What was mistyped comes back with the way that it was on.
  const auto wrong =
      world.run(world.post("identity", "action=update&number=1&return=%2Fho-so&csrf=" +
                                           World::csrf_of(form, "identity")));
  expect(world, wrong, {.status = 422, .body = "name=\"return\" value=\"/ho-so\""});
  expect(world, world.run(world.post("identity", typed + World::csrf_of(form, "identity"))),
         {.status = 303, .location = "/vneid/link?return=%2Fho-so"});
  expect(world, world.run(world.get("link", "return=%2Fho-so")),
         {.body = "action=\"/vneid/link\""});
}

TEST(LinkOffer, WhoHasNothingToLinkIsSentOn) {
  World stranger;
  expect(stranger, stranger.run(stranger.get("link")), {.status = 401});
  World by_vneid;
  by_vneid.sign_in();
  expect(by_vneid, by_vneid.run(by_vneid.get("link", "return=%2Fho-so")),
         {.status = 303, .location = "/ho-so"});
  World linked;
  linked.sign_in_by_password();
  linked.link_account();
  expect(linked, linked.run(linked.get("link", "return=%2Fho-so")),
         {.status = 303, .location = "/vneid/login?return=%2Fho-so"});
  expect(linked, linked.run(linked.get("login", "return=%2Fho-so")),
         {.status = 303, .location = "https://"});
  World closed;
  closed.sign_in_by_password();
  closed.account.closed = true;
  expect(closed, closed.run(closed.get("login")), {.status = 303, .location = "https://"});
}

TEST(LinkOffer, AnOrganisationIsToldWhatItsWayIs) {
  World world;
  world.account.kind = link::AccountKind::organization;
  world.log_in(world.login());
  expect(world, world.run(world.get("link")), {.status = 403, .body = "Tài khoản của tổ chức"});
  EXPECT_FALSE(world.run(world.get("links")).body.contains("/vneid/link?return="));
}

}  // namespace
}  // namespace vneid::test
