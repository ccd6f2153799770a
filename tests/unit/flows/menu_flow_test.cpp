// What the portal's own pages show of ours, and to whom: entries, banner, [Để sau].

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "flows/front/guard.hpp"
#include "text/json.hpp"
#include "unit/flows/world/expect.hpp"
#include "unit/flows/world/world.hpp"

namespace vneid::test {
namespace {

class Menu : public testing::Test {
 protected:
  Menu() { world.site->menu = true; }

  flows::Reply html(const std::string& query = {}) {
    return world.run(world.get("api/v1/menu", query));
  }
  flows::Reply banner(const std::string& query = {}) { return html("part=banner&" + query); }
  text::Json json(const std::string& query = {}) {
    auto request = world.get("api/v1/menu", query);
    request.accept = "application/json";
    const auto reply = world.run(std::move(request));
    EXPECT_EQ(reply.status, 200) << world.log.lines;
    return text::parse_json_object(reply.body, 64 * 1024).value();
  }
  std::vector<std::string> entries() {
    std::vector<std::string> ids;
    const auto document = json();
    std::size_t index = 0;
    json_t* entry = nullptr;
    json_array_foreach(json_object_get(document.get(), "entries"), index, entry) {
      ids.push_back(text::json_text(entry, "id").value());
    }
    return ids;
  }
  /// After [Bỏ qua].
  void skip() {
    world.sign_in_by_password();
    world.site->policy.personal.mode = policy::Mode::notice;
  }
  std::uint64_t counted(metrics::Banner event) { return world.settings->metrics.value(event); }

  using Ids = std::vector<std::string>;
  World world;
};

TEST_F(Menu, IsNoPageWhereItIsOff) {
  world.site->menu = false;
  expect(world, html(), {.status = 404, .log = "\"vneid_menu\" is off"});
  EXPECT_EQ(html().body, "") << "it would stand within the portal's page";
  expect(world, html("format=json"), {.status = 404, .body = "not_found"});
  expect(world, world.run(world.post("banner", "csrf=x")), {.status = 404});
}

TEST_F(Menu, ShowsEntriesWhosePagesDoNotRefuse) {
  EXPECT_EQ(entries(), (Ids{"sign_in"}));
  skip();
  EXPECT_EQ(entries(), (Ids{"identity", "links", "vault", "link"}));
  world.link_account();
  EXPECT_EQ(entries(), (Ids{"identity", "links", "vault"}));
  world.kept_out = true;
  EXPECT_EQ(entries(), (Ids{}));
  EXPECT_EQ(html().body, "");
}

TEST_F(Menu, OffersNoLinkWhereNoneCanBe) {
  skip();
  world.account.kind = link::AccountKind::organization;
  EXPECT_EQ(entries(), (Ids{"identity", "links", "vault"}));
  EXPECT_EQ(banner().body, "");
  world.account.kind = link::AccountKind::foreign;
  EXPECT_EQ(entries().back(), "link");
  world.account.closed = true;
  EXPECT_EQ(entries(), (Ids{"identity", "links", "vault"}));
  EXPECT_EQ(banner().body, "");
}

TEST_F(Menu, OfAVneidSession) {
  world.sign_in();
  EXPECT_EQ(entries(), (Ids{"identity", "links", "vault"}));
  EXPECT_EQ(text::json_text(json().get(), "proof"), "vneid");
  world.kept_out = true;
  EXPECT_EQ(entries(), (Ids{}));
}

TEST_F(Menu, OfASessionThatDoesNotCount) {
  skip();
  world.site->policy.personal.mode = policy::Mode::enforce;  // a password alone is over
  EXPECT_EQ(entries(), (Ids{"sign_in"}));
  EXPECT_EQ(text::json_text(json().get(), "proof"), "none");
  EXPECT_EQ(json_object_get(json().get(), "linked"), nullptr);
}

TEST_F(Menu, OfAnAccountThatIsGone) {
  skip();
  world.postgres.on("account_find", std::vector<Row>{});
  EXPECT_EQ(entries(), (Ids{"sign_in"}));
}

TEST_F(Menu, IsAListOfLinksForTheInsideOfAPage) {
  skip();
  const auto reply = html("return=/ho-so?a%3Db%26c");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(header_of(reply.headers, "Content-Type"), "text/html; charset=utf-8");
  EXPECT_EQ(header_of(reply.headers, "Cache-Control"), "no-store");
  EXPECT_EQ(
      reply.body,
      "<ul class=\"vneid-menu\" lang=\"vi\">\n"
      "<li class=\"vneid-menu-identity\"><a href=\"/vneid/identity\">Thông tin tài khoản</a></li>\n"
      "<li class=\"vneid-menu-links\"><a href=\"/vneid/links\">Liên kết tài khoản</a></li>\n"
      "<li class=\"vneid-menu-vault\"><a href=\"/vneid/vault\">Tài liệu điện tử</a></li>\n"
      "<li class=\"vneid-menu-link\"><a href=\"/vneid/login?return=%2Fho-so%3Fa%3Db%26c\">"
      "Liên kết với VNeID</a></li>\n"
      "</ul>\n");
}

TEST_F(Menu, ComesBackToThePageItStandsOn) {
  auto request = world.get("api/v1/menu");
  request.target = "/ho-so?trang=2";  // of the page that includes it
  EXPECT_TRUE(world.run(request).body.contains("login?return=%2Fho-so%3Ftrang%3D2"));
  request.query = "return=/trang-chu";
  EXPECT_TRUE(world.run(request).body.contains("login?return=%2Ftrang-chu"));
  for (const char* evil : {"//evil.example", "https://evil.example", "/a\\b", "%2F%0d%0aX", "x"}) {
    request.target = evil;
    request.query = std::string{"return="} + evil;
    EXPECT_TRUE(world.run(request).body.contains("href=\"/vneid/login\"")) << evil;
  }
}

TEST_F(Menu, SpeaksTheBrowsersLanguageOrThePages) {
  EXPECT_TRUE(html().body.contains("Đăng nhập bằng VNeID"));
  EXPECT_TRUE(html("lang=en").body.contains("lang=\"en\""));
  EXPECT_TRUE(html("lang=en").body.contains("Log in with VNeID"));
}

TEST_F(Menu, RefusesWhatItDoesNotKnow) {
  for (const char* query : {"format=xml", "part=all", "lang=fr"}) {
    expect(world, html(query), {.status = 400});
  }
  for (const char* query : {"part=all", "lang=fr"}) {
    expect(world, html(std::string{query} + "&format=json"), {.status = 400});
  }
  expect(world, world.run(world.post("api/v1/menu", "a=b")), {.status = 405});
}

TEST_F(Menu, LeavesThePortalsPageCleanWhenAStoreIsAway) {
  skip();
  world.postgres.away = true;
  expect(world, html(), {.status = 503, .log = "postgres is away"});
  EXPECT_EQ(html().body, "");
  world.redis.away = true;
  EXPECT_EQ(html("part=banner").body, "");
  expect(world, html("format=json"), {.status = 503, .body = "stores_away"});
  world.cookies.clear();
  expect(world, html(), {.body = "Đăng nhập bằng VNeID"});  // nothing has to be asked
}

TEST_F(Menu, BannerForWhoHasSkipped) {
  EXPECT_EQ(banner().body, "") << "a stranger has skipped nothing";
  skip();
  const auto reply = banner("return=/ho-so");
  EXPECT_TRUE(reply.body.contains("Tài khoản của Ông/Bà chưa liên kết với VNeID."));
  EXPECT_FALSE(reply.body.contains("Còn"));
  EXPECT_TRUE(reply.body.contains("href=\"/vneid/login?return=%2Fho-so\""));
  EXPECT_TRUE(reply.body.contains("action=\"/vneid/banner\""));
  EXPECT_TRUE(reply.body.contains("name=\"return\" value=\"/ho-so\""));
  EXPECT_EQ(counted(metrics::Banner::shown), 1U);
  EXPECT_EQ(text::json_text(json_object_get(json().get(), "banner"), "later_text"), "Để sau");
  EXPECT_EQ(counted(metrics::Banner::shown), 2U);
  html();
  EXPECT_EQ(counted(metrics::Banner::shown), 2U) << "the entries alone show no banner";
  world.site->policy.personal.enforce =
      world.loop.wall_now() + std::chrono::days{3} + std::chrono::hours{30};
  EXPECT_TRUE(banner().body.contains("Còn "));
  world.link_account();
  EXPECT_EQ(banner().body, "");
}

TEST_F(Menu, BannerOnlyWhereSkippingIsAllowedAndAskedAbout) {
  skip();
  for (const auto mode : {policy::Mode::observe, policy::Mode::pass, policy::Mode::enforce}) {
    world.site->policy.personal.mode = mode;
    EXPECT_EQ(banner().body, "") << policy::to_text(mode);
  }
}

TEST_F(Menu, BannerIsPutOff) {
  skip();
  const std::string csrf = World::csrf_of(banner());
  expect(world, world.run(world.post("banner", "csrf=x&return=/ho-so")), {.status = 403});
  auto foreign = world.post("banner", "return=/ho-so&csrf=" + csrf);
  foreign.sec_fetch_site = "cross-site";
  expect(world, world.run(foreign), {.status = 403});
  EXPECT_NE(banner().body, "");
  const auto reply = world.run(world.post("banner", "return=/ho-so&csrf=" + csrf));
  expect(world, reply, {.status = 303, .location = "/ho-so"});
  const std::string cookie = header_of(reply.headers, "Set-Cookie");
  EXPECT_TRUE(cookie.starts_with("__Host-vneid-later=")) << cookie;
  EXPECT_TRUE(cookie.contains("Max-Age=604800")) << cookie;
  EXPECT_EQ(world.cookies["__Host-vneid-later"].size(), 43U);
  EXPECT_EQ(banner().body, "");
  EXPECT_EQ(json_object_get(json().get(), "banner"), nullptr);
  EXPECT_EQ(counted(metrics::Banner::put_off), 1U);
  skip();  // a login later on this browser
  EXPECT_EQ(banner().body, "");
}

TEST_F(Menu, BannerIsPutOffForOneSessionAtAKiosk) {
  world.site->kiosk = true;
  skip();
  const auto reply =
      world.run(world.post("banner", "return=//evil.example&csrf=" + World::csrf_of(banner())));
  expect(world, reply, {.status = 303, .location = "/"});
  EXPECT_FALSE(header_of(reply.headers, "Set-Cookie").contains("Max-Age"));
  EXPECT_EQ(banner().body, "");
  skip();  // the next citizen
  EXPECT_NE(banner().body, "");
}

TEST_F(Menu, BannerOfASessionThatIsOver) {
  skip();
  const std::string csrf = World::csrf_of(banner());
  world.cookies.erase("__Host-vneid-session");
  expect(world, world.run(world.post("banner", "return=/ho-so&csrf=" + csrf)),
         {.status = 303, .location = "/ho-so"});
  EXPECT_FALSE(world.cookies.contains("__Host-vneid-later"));
}

}  // namespace
}  // namespace vneid::test
