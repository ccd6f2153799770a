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

TEST(WayForward, AnOrganisationWhoseNameIsNoNameReadsItsOwnPageToo) {
  World world;
  world.site->policy.personal.enforce = policy::parse_instant("2024-07-01").value();
  world.site->policy.organization.mode = Mode::closed;
  world.site->policy.organization.enforce = policy::parse_instant("2025-07-01").value();
  auto login = world.login();
  login.kind = "organization";
  login.account.clear();
  const auto verdict = world.log_in(std::move(login));
  ASSERT_TRUE(verdict.reply);
  expect(world, *verdict.reply, {.status = 403, .body = "Từ ngày 01/07/2025"});
  EXPECT_FALSE(verdict.reply->body.contains("01/07/2024"));
  EXPECT_FALSE(verdict.reply->body.contains("/vneid/login")) << "no person's VNeID opens it";
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
  EXPECT_FALSE(page.body.contains("href=\"/vneid/login")) << "that leads back to this page";
}

TEST(WayForward, WhoCannotVerifyAndMayNotSkipIsToldWhoHelps) {
  World world;
  world.site->login_page = "/dang-nhap";
  world.site->policy.personal.mode = Mode::enforce;
  world.site->contacts.vi = {.hotline = "1900 1234"};
  world.hold_login();
  const auto form = world.run(world.get("verify"));
  expect(world, form, {.body = "tel:19001234"});
  EXPECT_FALSE(form.body.contains("value=\"skip\""));
  EXPECT_TRUE(form.body.contains("Về trang chủ"));
  EXPECT_TRUE(form.body.contains("href=\"/vneid/guide\""));
  const std::string csrf = World::csrf_of(form);
  answer_nobody(world);
  expect(world, world.run(world.post("verify", typed_citizen + std::string("&csrf=") + csrf)),
         {.status = 422, .body = "tel:19001234"});
  expect(world, world.run(world.post("verify", "action=not_me&csrf=x")), {.status = 403});
  expect(world, world.run(world.post("verify", "action=not_me&csrf=" + csrf)),
         {.status = 303, .location = "/dang-nhap"});
  EXPECT_FALSE(world.cookies.contains("__Host-vneid-ticket"));
}

TEST(WayForward, WithoutASourceNobodyIsToldToAskIt) {
  World world;
  world.site->population.clear();
  const auto page = world.run(world.get("callback/bca", world.go_to_provider()));
  expect(world, page, {.status = 403, .body = "chưa có số CCCD (12 số) đã được xác minh"});
  EXPECT_FALSE(page.body.contains("CSDL"));
  EXPECT_TRUE(page.body.contains("Bộ phận Một cửa"));
}

TEST(WayForward, LevelTwoIsHadWhereThePersonRegisters) {
  const struct {
    const char* what;
    link::AccountKind kind;
    const char* birth;
    const char* expected;
    bool session;
  } table[] = {
      {"a citizen", link::AccountKind::personal, "1989", "Công an cấp xã để đăng ký", false},
      {"a child", link::AccountKind::personal, "2020", "cha, mẹ hoặc người giám hộ", false},
      {"a foreigner", link::AccountKind::foreign, "1989", "quản lý xuất nhập cảnh", false},
      {"a foreigner's session", link::AccountKind::foreign, "1989", "quản lý xuất nhập cảnh", true},
  };
  for (const auto& [what, kind, birth, expected, session] : table) {
    World world;
    world.account.kind = kind;
    world.verify_number();
    if (session) {
      world.site->policy.foreign.mode = Mode::observe;
      world.log_in(world.login());
      world.run(world.post("link", "csrf=" + World::csrf_of(world.run(world.get("link")), "link")));
    } else {
      world.site->policy.foreign.mode = Mode::notice;
      world.go_to_provider();
    }
    world.provider->person.level = 1;
    world.provider->person.birth_date = identity::BirthDate::parse(birth, 2026);
    const auto page = world.run(world.get("callback/bca", world.answer_of_provider()));
    expect(world, page, {.status = 403, .body = expected});
    EXPECT_EQ(page.body.contains("Công an cấp xã để đăng ký"),
              kind == link::AccountKind::personal && std::string_view{birth} == "1989")
        << what;
  }
}

TEST(WayForward, AForeignersNoticeSaysWhereForeignersRegister) {
  World world;
  world.account.kind = link::AccountKind::foreign;
  world.site->policy.foreign.mode = Mode::notice;
  world.hold_login();
  const auto page = world.run(world.get("notice"));
  expect(world, page, {.body = "quản lý xuất nhập cảnh"});
  EXPECT_FALSE(page.body.contains("Công an cấp xã"));
}

TEST(WayForward, StepsAreCountedToTheEnd) {
  World held;
  held.hold_login();
  expect(held, held.run(held.get("notice")), {.body = "Bước 1/3"});
  expect(held, held.run(held.get("verify")), {.body = "Bước 1/3"});
  World alive;
  alive.verify_number();
  alive.sign_in_by_password();
  const auto offer = alive.run(alive.get("link", "return=%2Fho-so"));
  expect(alive, offer, {.body = "Bước 1/3"});
  alive.run(alive.post("link", "return=%2Fho-so&csrf=" + World::csrf_of(offer, "link")));
  alive.run(alive.get("callback/bca", alive.answer_of_provider()));
  expect(alive, alive.run(alive.get("linked", "return=%2Fho-so")), {.body = "Bước 3/3"});
  EXPECT_FALSE(alive.run(alive.get("linked")).body.contains("Bước")) << "looked at again";
  World first;
  to_choice(first);
  expect(first, first.run(first.get("login/choose")), {.body = "Bước 2/3"});
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
