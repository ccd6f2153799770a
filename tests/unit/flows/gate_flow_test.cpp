// Who is let in, and what the others are told: the gate, what the portal learns, and kept forms.
// Every outcome, without a server.

#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "flows/front/guard.hpp"
#include "flows/front/identify.hpp"
#include "session/portal_binding.hpp"
#include "unit/flows/world/citizens.hpp"
#include "unit/flows/world/expect.hpp"
#include "unit/flows/world/world.hpp"

namespace vneid::test {
namespace {

class Gate : public testing::Test {
 protected:
  flows::GateVerdict ask(policy::Requirement requirement, flows::Request request) {
    return world.loop.run(flows::guarded_gate(world.exchange(std::move(request)), requirement, {}));
  }
  flows::Request navigation() {
    auto request = world.get({});
    request.target = "/nop-ho-so?a=b";
    request.sec_fetch_mode = "navigate";
    return request;
  }
  /// As the variables of the person and a gate in one location do.
  flows::GateVerdict ask_told(flows::Request request) {
    auto facts = world.loop.run(flows::identify(world.exchange(request), true));
    return world.loop.run(flows::guarded_gate(world.exchange(std::move(request)),
                                              policy::Requirement::level2, std::move(facts)));
  }
  /// What the portal is told of who asks.
  flows::SessionFacts::State told() {
    return world.loop.run(flows::identify(world.exchange(world.get({})), false))->state;
  }
  using Next = flows::GateVerdict::Next;
  using State = flows::SessionFacts::State;
  World world;
};

/// The portal gives its cookie in answer to a request of this browser.
void portal_renews(World& world, const std::string& value, PortalAnswer answer) {
  answer.headers = {{"Set-Cookie", "sid=" + value + "; Path=/"}};
  const PortalCookie cookie{world.site->portal, world.site->portal_cookie};
  const auto request = world.get({});
  const auto own = follow_portal_cookie(*world.settings->keys, cookie, request.cookie, answer,
                                        world.loop.wall_now());
  HeaderList headers = answer.headers;
  if (own) headers.emplace_back("Set-Cookie", *own);
  world.keep_cookies(headers);
}

TEST_F(Gate, LetsInWhatTheRequirementAllows) {
  // Before the cut-over nobody would be asked for anything.
  EXPECT_EQ(ask(policy::Requirement::session, navigation()).next, Next::pass);
  EXPECT_EQ(ask(policy::Requirement::linked, navigation()).next, Next::answer);
  world.sign_in_by_password();
  EXPECT_EQ(ask(policy::Requirement::session, navigation()).next, Next::pass);
  EXPECT_EQ(ask(policy::Requirement::level2, navigation()).next, Next::answer);
  world.site->policy.personal.mode = policy::Mode::enforce;
  EXPECT_EQ(ask(policy::Requirement::session, navigation()).next, Next::answer);
  world.sign_in();
  for (const auto requirement :
       {policy::Requirement::session, policy::Requirement::linked, policy::Requirement::level2}) {
    EXPECT_EQ(ask(requirement, navigation()).next, Next::pass);
  }
  world.site->portal_cookie = "sid";
  world.cookies["sid"] = "another";
  EXPECT_EQ(ask(policy::Requirement::session, navigation()).next, Next::answer);
}

TEST_F(Gate, TellsEachKindOfRequestWhatToDo) {
  const auto page = ask(policy::Requirement::level2, navigation());
  EXPECT_EQ(location_of(page.reply), "/vneid/login?return=%2Fnop-ho-so%3Fa%3Db");
  auto form = navigation();
  form.method = flows::Request::Method::post;
  EXPECT_EQ(ask(policy::Requirement::level2, form).next, Next::keep_post);
  auto script = navigation();
  script.sec_fetch_mode = "cors";
  const auto told = ask(policy::Requirement::level2, script);
  EXPECT_EQ(told.reply.status, 401);
  EXPECT_TRUE(told.reply.body.contains("\"login\":\"/vneid/login\""));
  auto guess = navigation();
  guess.purpose = "prefetch";
  EXPECT_EQ(ask(policy::Requirement::level2, guess).reply.status, 503);
}

TEST_F(Gate, UnknownIsNotAbsent) {
  world.sign_in();
  EXPECT_EQ(ask(policy::Requirement::level2, navigation()).next, Next::pass);
  world.redis.away = true;
  EXPECT_EQ(ask(policy::Requirement::level2, navigation()).next, Next::pass) << "seen a moment ago";
  world.loop.advance(std::chrono::seconds{31});
  const auto page = ask(policy::Requirement::level2, navigation());
  EXPECT_EQ(page.reply.status, 503);
  auto script = navigation();
  script.sec_fetch_mode = "cors";
  EXPECT_TRUE(ask(policy::Requirement::level2, script).reply.body.contains("stores_away"));
  auto guess = navigation();
  guess.purpose = "prefetch";
  EXPECT_EQ(ask(policy::Requirement::level2, guess).reply.status, 503);
  EXPECT_TRUE(world.cookies.contains("__Host-vneid-session")) << "the cookie stays";
}

TEST_F(Gate, MisconfiguredOpensNothing) {
  world.sign_in();
  EXPECT_EQ(ask(policy::Requirement::level2, navigation()).next, Next::pass);
  world.redis.misconfigured = true;
  EXPECT_EQ(ask(policy::Requirement::level2, navigation()).reply.status, 503);
}

TEST_F(Gate, TakesWhatTheVariablesHaveRead) {
  world.sign_in();
  const auto facts = world.loop.run(flows::identify(world.exchange(world.get({})), true));
  EXPECT_EQ(facts->account, "le.van.a");
  EXPECT_EQ(facts->citizen_id, World::number);
  world.redis.away = true;
  const auto verdict = world.loop.run(
      flows::guarded_gate(world.exchange(navigation()), policy::Requirement::level2, facts));
  EXPECT_EQ(verdict.next, Next::pass);
  EXPECT_EQ(world.loop.run(flows::identify(world.exchange(world.get({})), true))->state,
            flows::SessionFacts::State::unknown);
  world.redis.away = false;
  world.cookies.clear();
  EXPECT_EQ(world.loop.run(flows::identify(world.exchange(world.get({})), true))->state,
            flows::SessionFacts::State::absent);
}

// G1: whoever knows another's password may have brought that cookie along.
TEST_F(Gate, ALoginWithVneidIsNotBoundToTheCookieThatTheBrowserHas) {
  world.site->portal_cookie = "sid";
  world.cookies["sid"] = "of-another";
  world.sign_in();
  EXPECT_FALSE(world.cookies.contains("sid")) << "nobody knows whose it is";
  world.cookies["sid"] = "of-another";
  EXPECT_EQ(ask(policy::Requirement::level2, navigation()).next, Next::answer);
  EXPECT_EQ(told(), State::absent);
}

TEST_F(Gate, ALoginWithVneidIsBoundToTheSessionThatThePortalGave) {
  world.site->portal_cookie = "sid";
  world.cookies["sid"] = "of-another";
  exchange_sessions(world);
  world.sign_in();
  EXPECT_EQ(world.cookies["sid"], "exchanged");
  EXPECT_EQ(ask(policy::Requirement::level2, navigation()).next, Next::pass);
  EXPECT_EQ(told(), State::found);
  world.cookies["sid"] = "of-another";
  EXPECT_EQ(ask(policy::Requirement::level2, navigation()).next, Next::answer);
  world.cookies.erase("sid");
  EXPECT_EQ(ask(policy::Requirement::level2, navigation()).next, Next::answer);
  EXPECT_EQ(told(), State::absent);
}

TEST_F(Gate, WhenThePortalGaveAnotherCookieNobodyIsIn) {
  world.site->portal_cookie = "portal_session";
  world.link_account();
  exchange_sessions(world);
  expect(world, world.run(world.get("callback/bca", world.go_to_provider_first())),
         {.status = 502, .log = "set no cookie \"portal_session\""});
  EXPECT_FALSE(world.cookies.contains("__Host-vneid-session"));
}

TEST_F(Gate, ALoginWithVneidWaitsForThePortalsFirstCookie) {
  world.site->portal_cookie = "sid";
  world.sign_in();
  // G1: bound to no cookie it passes no gate, unless the portal is told who it is.
  const auto page = ask(policy::Requirement::level2, navigation());
  EXPECT_EQ(page.reply.status, 502) << "a login more would lead back here";
  EXPECT_EQ(ask_told(navigation()).next, Next::pass);
  portal_renews(world, "first",
                {.headers = {}, .may_be_login = false, .told = true, .account = {}});
  world.loop.advance(std::chrono::minutes{2});
  EXPECT_EQ(ask(policy::Requirement::level2, navigation()).next, Next::pass);
  EXPECT_EQ(told(), State::found);
  world.cookies["sid"] = "another";
  EXPECT_EQ(ask_told(navigation()).next, Next::answer);
}

TEST_F(Gate, TheWaitForThePortalsFirstCookieIsShort) {
  world.site->portal_cookie = "sid";
  world.sign_in();
  EXPECT_EQ(told(), State::found);
  world.loop.advance(std::chrono::minutes{2});
  EXPECT_EQ(told(), State::absent);
  EXPECT_EQ(ask_told(navigation()).next, Next::answer);
}

// G1: a login by password as somebody else, in a location that is not marked.
TEST_F(Gate, DoesNotFollowAnotherPersonsLogin) {
  world.site->portal_cookie = "sid";
  exchange_sessions(world);
  world.sign_in();
  portal_renews(world, "renewed",
                {.headers = {}, .may_be_login = false, .told = {}, .account = {}});
  EXPECT_EQ(ask(policy::Requirement::level2, navigation()).next, Next::pass);
  portal_renews(world, "of-b", {.headers = {}, .may_be_login = true, .told = {}, .account = {}});
  EXPECT_EQ(ask(policy::Requirement::level2, navigation()).next, Next::answer);
}

TEST_F(Gate, FollowsTheAccountThatThePortalNames) {
  world.site->portal_cookie = "sid";
  exchange_sessions(world);
  world.sign_in();
  portal_renews(world, "own",
                {.headers = {}, .may_be_login = true, .told = {}, .account = "le.van.a"});
  EXPECT_EQ(ask(policy::Requirement::level2, navigation()).next, Next::pass);
  portal_renews(world, "of-b", {.headers = {}, .may_be_login = true, .told = {}, .account = "b"});
  EXPECT_EQ(ask(policy::Requirement::level2, navigation()).next, Next::answer);
}

// G2: our own pages go by the same binding and the same instant.
TEST_F(Gate, OwnPagesAnswerForNobodyElse) {
  world.site->portal_cookie = "sid";
  exchange_sessions(world);
  world.sign_in();
  const char* const pages[] = {"identity", "vault", "links", "api/v1/identity"};
  for (const char* path : pages) EXPECT_EQ(world.run(world.get(path)).status, 200) << path;
  world.cookies["sid"] = "of-another";
  for (const char* path : pages) EXPECT_EQ(world.run(world.get(path)).status, 401) << path;
  world.cookies.erase("sid");
  for (const char* path : pages) EXPECT_EQ(world.run(world.get(path)).status, 401) << path;
  World password;
  password.sign_in_by_password();
  EXPECT_EQ(password.run(password.get("identity")).status, 200);
  password.site->policy.personal.mode = policy::Mode::closed;
  for (const char* path : pages) EXPECT_EQ(password.run(password.get(path)).status, 401) << path;
}

TEST_F(Gate, OwnPagesAnswerWhileThePortalsAnswerIsHeld) {
  world.site->portal_cookie = "sid";
  to_linked(world);
  for (const char* path : {"linked", "identity", "vault"}) {
    EXPECT_EQ(world.run(world.get(path)).status, 200) << path;
  }
  EXPECT_EQ(ask(policy::Requirement::level2, navigation()).next, Next::answer);
  EXPECT_EQ(told(), State::absent);
  world.cookies.erase("__Host-vneid-ticket");
  EXPECT_EQ(world.run(world.get("identity")).status, 401);
}

// G3: PostgreSQL away, and the portal would have got the request without the person.
TEST_F(Gate, LetsNobodyInWhoCannotBeTold) {
  world.sign_in();
  EXPECT_EQ(ask_told(navigation()).next, Next::pass);
  world.postgres.away = true;
  const auto verdict = ask_told(navigation());
  EXPECT_EQ(verdict.next, Next::answer);
  EXPECT_EQ(verdict.reply.status, 503);
  EXPECT_EQ(ask(policy::Requirement::level2, navigation()).next, Next::pass) << "nobody is told";
}

// G7: what another site wrote is not offered from our origin.
TEST_F(Gate, KeepsNoFormOfAnotherSite) {
  struct {
    const char* site;
    const char* origin;
    bool kept;
  } const table[] = {
      {"", "", true},
      {"same-origin", "https://portal.example", true},
      {"same-origin", "null", true},
      {"same-origin", "", true},
      {"", "https://portal.example", true},
      {"cross-site", "https://evil.example", false},
      {"cross-site", "null", false},
      {"cross-site", "", false},
      {"same-site", "https://other.portal.example", false},
      {"none", "", false},
      {"", "https://evil.example", false},
      {"", "null", false},
      {"", "http://portal.example", false},
      {"same-origin", "https://evil.example", false},
  };
  for (const auto& [site, origin, kept] : table) {
    auto form = navigation();
    form.method = flows::Request::Method::post;
    form.sec_fetch_site = site;
    form.origin = origin;
    const auto verdict = ask(policy::Requirement::level2, form);
    EXPECT_EQ(verdict.next, kept ? Next::keep_post : Next::answer) << site << " " << origin;
    EXPECT_EQ(location_of(verdict.reply), kept ? "" : "/vneid/login?return=%2Fnop-ho-so%3Fa%3Db");
  }
}

TEST_F(Gate, RefusesAPathWithAPageOrInJson) {
  const auto refuse = [this](flows::Request request) {
    return world.loop.run(
        flows::guarded_refuse_path(world.exchange(std::move(request)), "dot segment"));
  };
  expect(world, refuse(navigation()), {.status = 400, .log = "alike: dot segment"});
  auto script = navigation();
  script.sec_fetch_mode = "cors";
  expect(world, refuse(script), {.status = 400, .body = "\"error\":\"bad_request\""});
}

TEST(KeptForm, ComesBackAfterTheLogin) {
  World world;
  to_kept_form(world);
  const auto page = world.run(world.get("resume", world.cookies["query"]));
  expect(world, page, {.body = "action=\"/nop-ho-so\""});
  EXPECT_TRUE(page.body.contains("name=\"ten\""));
  expect(world, world.run(world.get("resume", "id=x")), {.status = 410});
  world.cookies.erase("__Host-vneid-post");
  expect(world, world.run(world.get("resume", world.cookies["query"])), {.status = 410});
  world.cookies.clear();
  expect(world, world.run(world.get("resume")), {.status = 401});
}

TEST(KeptForm, ThatCannotBeKeptSaysSo) {
  World world;
  const auto keep = [&world](flows::Request request) {
    return world.loop.run(flows::guarded_keep_post(world.exchange(std::move(request))));
  };
  auto request = world.post({}, "a=%ff");
  request.target = "/nop-ho-so";
  expect(world, keep(request), {.status = 401});
  request.body = "a=b";
  request.target = "//evil.example";
  expect(world, keep(request), {.status = 401});
  request.target = "/nop-ho-so";
  request.body_is_form = false;
  expect(world, keep(request), {.status = 401});
  request.body_is_form = true;
  world.redis.away = true;
  expect(world, keep(request), {.status = 503});
}

TEST(KeptForm, AboveTheQuotaIsToBeSentAgain) {
  World world;
  world.redis.quota_left = false;
  auto request = world.post({}, "a=b");
  request.target = "/nop-ho-so";
  const auto before = world.redis.values.size();
  expect(world, world.loop.run(flows::guarded_keep_post(world.exchange(request))), {.status = 401});
  EXPECT_EQ(world.redis.values.size(), before);
}

TEST(SignInStart, AboveTheQuotaIsForLater) {
  World world;
  world.redis.quota_left = false;
  const auto before = world.redis.values.size();
  const auto reply = world.run(world.get("login"));
  expect(world, reply, {.status = 503, .log = "vneid_anonymous_limit"});
  EXPECT_FALSE(header_of(reply.headers, "Retry-After").empty());
  EXPECT_EQ(world.redis.values.size(), before);
  // A legacy login that is held goes on: it has proven something.
  world.verify_number();
  EXPECT_FALSE(world.go_to_provider().empty());
}

}  // namespace
}  // namespace vneid::test
