// A login that a script sends (P6): it is told, the citizen chooses, and the script gets the
// answer.

#include <string>

#include <gtest/gtest.h>

#include "flows/front/guard.hpp"
#include "text/json.hpp"
#include "unit/flows/world/citizens.hpp"
#include "unit/flows/world/expect.hpp"
#include "unit/flows/world/world.hpp"

namespace vneid::test {
namespace {

using policy::Mode;

class ScriptLogin : public testing::Test {
 protected:
  ScriptLogin() {
    sent.return_to = "/app?in=1";
    sent.answer = {200,
                   {{"Content-Type", "application/json"}, {"Set-Cookie", "sid=portal-session"}},
                   R"({"token":"secret"})"};
  }
  flows::Reply log_in() {
    auto verdict = world.log_in_by_script(sent);
    EXPECT_TRUE(verdict.reply);
    return verdict.reply ? *verdict.reply : flows::Reply{};
  }
  flows::Reply choose(const std::string& choice) {
    const std::string csrf = World::csrf_of(world.run(world.get("notice")));
    return world.run(world.post("notice", "choice=" + choice + "&csrf=" + csrf));
  }
  flows::Reply skip() { return choose("skip"); }
  flows::Reply fetch() { return world.run(world.post("api/v1/held-answer", {})); }

  World world;
  flows::LegacyLogin sent = world.login();
};

TEST_F(ScriptLogin, IsToldWhereTheCitizenGoesOn) {
  const auto reply = log_in();
  expect(world, reply, {.status = 409});
  EXPECT_EQ(header_of(reply.headers, "Content-Type"), "application/problem+json");
  const auto body = text::parse_json_object(reply.body, 4096);
  ASSERT_TRUE(body);
  EXPECT_EQ(text::json_text(body->get(), "error"), "login_held");
  EXPECT_EQ(text::json_text(body->get(), "notice"), "/vneid/notice");
  EXPECT_EQ(json_integer_value(json_object_get(body->get(), "status")), 409);
  EXPECT_TRUE(text::json_text(body->get(), "detail")->contains("VNeID"));
  EXPECT_FALSE(text::json_text(body->get(), "reference")->empty());
  EXPECT_FALSE(reply.body.contains("secret"));
  EXPECT_FALSE(world.cookies.contains("sid"));
}

TEST_F(ScriptLogin, GetsItsAnswerOnceAfterTheSkip) {
  log_in();
  expect(world, fetch(), {.status = 409, .body = "login_held"});
  expect(world, skip(), {.status = 303, .location = "/app?in=1"});
  EXPECT_FALSE(world.cookies.contains("sid")) << "the page gets nothing";
  const auto answer = fetch();
  expect(world, answer, {.status = 200, .body = R"({"token":"secret"})"});
  EXPECT_EQ(header_of(answer.headers, "Content-Type"), "application/json");
  EXPECT_EQ(world.cookies["sid"], "portal-session");
  EXPECT_TRUE(world.cookies.contains("__Host-vneid-session"));
  EXPECT_FALSE(world.cookies.contains("__Host-vneid-ticket"));
  expect(world, fetch(), {.status = 404, .body = "nothing_held"});
}

TEST_F(ScriptLogin, GetsItsAnswerOnceAlsoForWhoKeptTheTicket) {
  log_in();
  skip();
  const auto ticket = world.cookies["__Host-vneid-ticket"];
  expect(world, fetch(), {.status = 200});
  world.cookies["__Host-vneid-ticket"] = ticket;
  expect(world, fetch(), {.status = 404});
}

TEST_F(ScriptLogin, GetsItsAnswerAfterTheLink) {
  world.site->policy.personal.mode = Mode::enforce;
  world.verify_number();
  log_in();
  expect(world, choose("vneid"), {.status = 303, .location = "https://idp.example/auth"});
  expect(world, world.run(world.get("callback/bca", world.answer_of_provider())),
         {.status = 303, .location = "/vneid/linked"});
  expect(world, fetch(), {.status = 409, .body = "login_held"});
  const std::string csrf = World::csrf_of(world.run(world.get("linked")));
  expect(world, world.run(world.post("linked", "csrf=" + csrf)),
         {.status = 303, .location = "/app?in=1"});
  expect(world, fetch(), {.status = 200, .body = "secret"});
  EXPECT_EQ(world.cookies["sid"], "portal-session");
}

TEST_F(ScriptLogin, SkippedBeforeTheCutOverIsNotLetInAfterIt) {
  log_in();
  skip();
  world.site->policy.personal.mode = Mode::enforce;
  expect(world, fetch(), {.status = 409, .body = "login_held"});
  EXPECT_FALSE(world.cookies.contains("sid"));
}

TEST_F(ScriptLogin, IsRefusedInWordsThatAScriptReads) {
  world.site->policy.personal.mode = Mode::closed;
  const auto reply = log_in();
  expect(world, reply, {.status = 403, .body = "\"error\":\"enforced\""});
  EXPECT_TRUE(reply.body.contains("/vneid/login"));
  EXPECT_EQ(header_of(reply.headers, "Content-Type"), "application/problem+json");
  EXPECT_FALSE(reply.body.contains("{{"));
}

TEST_F(ScriptLogin, ThatCannotBeJudgedIsToldWhenToComeAgain) {
  world.site->policy.personal.mode = Mode::enforce;
  world.postgres.away = true;
  const auto reply = log_in();
  expect(world, reply, {.status = 503, .body = "stores_away"});
  EXPECT_FALSE(header_of(reply.headers, "Retry-After").empty());
}

TEST_F(ScriptLogin, AnswerIsNotForOtherSites) {
  log_in();
  skip();
  auto request = world.post("api/v1/held-answer", {});
  request.sec_fetch_site = "cross-site";
  expect(world, world.run(request), {.status = 403, .body = "csrf"});
  request.sec_fetch_site.clear();
  request.origin = "https://evil.example";
  expect(world, world.run(request), {.status = 403, .body = "csrf"});
  EXPECT_FALSE(world.cookies.contains("sid"));
  expect(world, fetch(), {.status = 200});
}

TEST_F(ScriptLogin, AnswerIsNotThatOfAPagesLogin) {
  world.hold_login();
  expect(world, fetch(), {.status = 404, .body = "nothing_held"});
  world.cookies.clear();
  expect(world, fetch(), {.status = 404});
  expect(world, world.run(world.get("api/v1/held-answer")), {.status = 405});
}

TEST_F(ScriptLogin, WrittenIntoRedisIsNoConsent) {
  log_in();
  skip();
  for (auto& [key, value] : world.redis.values) {
    if (key.contains("ticket-consent:")) value = "linked";
  }
  expect(world, fetch(), {.status = 409});
}

}  // namespace
}  // namespace vneid::test
