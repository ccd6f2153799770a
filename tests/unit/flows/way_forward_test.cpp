// What people read who cannot go on as they came, and where each page leads (R31, R33, R34).

#include <string>

#include <gtest/gtest.h>

#include "unit/flows/world/citizens.hpp"
#include "unit/flows/world/expect.hpp"
#include "unit/flows/world/world.hpp"

namespace vneid::test {
namespace {

using policy::Mode;

flows::Reply refused_login(World& world) {
  auto verdict = world.log_in(world.login());
  EXPECT_TRUE(verdict.reply);
  return verdict.reply.value_or(flows::Reply{});
}

TEST(WayForward, NotMeGivesTheLoginUpAndLeadsToThePortalsLogin) {
  World world;
  world.site->login_page = "/dang-nhap";
  world.hold_login();
  const auto ticket = world.cookies;
  const std::string csrf = World::csrf_of(world.run(world.get("notice")));
  expect(world, world.run(world.post("notice", "choice=not_me&csrf=x")), {.status = 403});
  expect(world, world.run(world.post("notice", "choice=not_me&csrf=" + csrf)),
         {.status = 303, .location = "/dang-nhap"});
  EXPECT_FALSE(world.cookies.contains("sid")) << "the portal's answer is dropped";
  EXPECT_FALSE(world.cookies.contains("__Host-vneid-ticket"));
  world.cookies = ticket;  // a copy of the ticket opens nothing any more
  expect(world, world.run(world.post("notice", "choice=skip&csrf=" + csrf)), {.status = 409});
}

TEST(WayForward, ALinkedAccountIsOnlyAskedToUseVNeID) {
  World world;
  world.site->policy.personal.mode = Mode::enforce;
  world.link_account();
  world.hold_login();
  const auto page = world.run(world.get("notice"));
  expect(world, page, {.body = "đã được liên kết với VNeID"});
  EXPECT_FALSE(page.body.contains("Theo quy định tại")) << "the letter asks for what is done";
  EXPECT_TRUE(page.body.contains("value=\"vneid\""));
}

TEST(WayForward, AnOrganisationReadsItsOwnPage) {
  World world;
  world.site->policy.organization.mode = Mode::closed;
  world.site->policy.organization.enforce = policy::parse_instant("2025-07-01").value();
  world.account.kind = link::AccountKind::organization;
  const auto page = refused_login(world);
  expect(world, page, {.status = 403, .body = "Tài khoản của tổ chức"});
  EXPECT_TRUE(page.body.contains("Từ ngày 01/07/2025"));
  EXPECT_FALSE(page.body.contains("/vneid/login")) << "no person's VNeID opens it";
}

TEST(WayForward, AClosedAccountIsNotToldToUseItself) {
  World world;
  world.site->policy.personal.mode = Mode::enforce;
  world.account.closed = true;
  const auto page = refused_login(world);
  expect(world, page, {.status = 403, .body = "Tài khoản đã đóng"});
  EXPECT_TRUE(page.body.contains("href=\"/vneid/login\""));
}

TEST(WayForward, DatesAreOfTheAccountsOwnKind) {
  World world;
  world.site->policy.personal.enforce = policy::parse_instant("2024-07-01").value();
  world.site->policy.foreign.mode = Mode::closed;
  world.site->policy.foreign.closed = policy::parse_instant("2025-07-01").value();
  world.account.kind = link::AccountKind::foreign;
  const auto page = refused_login(world);
  expect(world, page, {.status = 403, .body = "01/07/2025"});
  EXPECT_FALSE(page.body.contains("01/07/2024"));
  EXPECT_TRUE(page.body.contains("href=\"/vneid/login\""));
}

TEST(WayForward, AnOrganisationAtVNeIDIsNotToldOfAnAccountThatIsLoggedIn) {
  World world;
  const std::string query = world.go_to_provider_first();
  world.provider->person.kind = identity::AccountKind::organization;
  const auto page = world.run(world.get("callback/bca", query));
  expect(world, page, {.status = 403, .body = "Tài khoản của tổ chức"});
  EXPECT_FALSE(page.body.contains("không trùng khớp"));
}

TEST(WayForward, LogInAgainLeadsToThePortalsLogin) {
  World world;
  world.site->login_page = "/dang-nhap";
  expect(world, world.run(world.get("notice")), {.status = 410, .body = "href=\"/dang-nhap\""});
  const auto page = world.run(world.get("callback/bca", world.go_to_provider_first()));
  expect(world, page, {.status = 403, .body = "href=\"/dang-nhap\""});
}

}  // namespace
}  // namespace vneid::test
