// What becomes of a legacy login: every outcome, without a server.

#include <string>

#include <gtest/gtest.h>

#include "flows/front/guard.hpp"
#include "unit/flows/world/citizens.hpp"
#include "unit/flows/world/expect.hpp"
#include "unit/flows/world/world.hpp"

namespace vneid::test {
namespace {

using policy::Mode;

/// "held", "refused", "away" or "let in".
std::string course(World& world, flows::LegacyLogin login) {
  const auto verdict = world.log_in(std::move(login));
  if (!verdict.reply) return "let in";
  if (verdict.reply->status == 303) return "held";
  return verdict.reply->status == 403 ? "refused" : "away";
}

struct Case {
  Mode mode;
  bool linked;
  link::AccountKind kind;
  bool closed;
  const char* expected;
};

TEST(LegacyLogin, IsJudgedByModeLinkAndKind) {
  constexpr auto person = link::AccountKind::personal;
  constexpr auto firm = link::AccountKind::organization;
  const Case table[] = {
      {Mode::pass, false, person, false, "let in"},
      {Mode::observe, false, person, false, "let in"},
      {Mode::notice, false, person, false, "held"},
      {Mode::notice, true, person, false, "let in"},
      {Mode::notice, false, person, true, "let in"},
      {Mode::notice, false, firm, false, "let in"},
      {Mode::enforce, false, person, false, "held"},
      {Mode::enforce, true, person, false, "held"},
      {Mode::enforce, false, firm, false, "refused"},
      {Mode::enforce, false, person, true, "refused"},
      {Mode::closed, false, person, false, "refused"},
      {Mode::closed, true, person, false, "refused"},
  };
  for (const auto& [mode, linked, kind, closed, expected] : table) {
    World world;
    world.site->policy.personal.mode = world.site->policy.organization.mode = mode;
    if (linked) world.link_account();
    world.account.kind = kind;
    world.account.closed = closed;
    EXPECT_EQ(course(world, world.login()), expected)
        << policy::to_text(mode) << (linked ? " linked" : "") << (closed ? " closed" : "");
    // Nothing of a held or refused answer reaches the browser.
    EXPECT_EQ(world.cookies.contains("sid"), false);
  }
}

TEST(LegacyLogin, OfAPersonWhoIsKeptOutOpensNothing) {
  const std::pair<Mode, const char*> table[] = {
      {Mode::pass, "let in"},     {Mode::observe, "let in"}, {Mode::notice, "refused"},
      {Mode::enforce, "refused"}, {Mode::closed, "refused"},
  };
  for (const auto& [mode, expected] : table) {
    World world;
    world.site->policy.personal.mode = mode;
    world.kept_out = true;
    // Nobody's account is nobody's: only VNeID would tell whose it is.
    EXPECT_EQ(course(world, world.login()),
              mode == Mode::enforce || mode == Mode::notice ? "held" : expected)
        << policy::to_text(mode);
    world.cookies.clear();
    world.link_account();
    EXPECT_EQ(course(world, world.login()), expected) << policy::to_text(mode);
    EXPECT_FALSE(world.cookies.contains("__Host-vneid-session"));
    EXPECT_FALSE(world.cookies.contains("sid"));
  }
}

TEST(LegacyLogin, IsSparedTheNoticeForATimeAfterASkip) {
  const std::string skipped = "2020-01-01 08:00:00+00";  // the virtual clock's year is another
  const struct {
    const char* name;
    Mode mode;
    std::chrono::days again;
    std::string last_skip;
    LoginProof proof;
    const char* expected;
  } table[] = {
      {"at every login", Mode::notice, {}, skipped, LoginProof::announced, "held"},
      {"never skipped", Mode::notice, std::chrono::days{36'500}, {}, LoginProof::announced, "held"},
      {"the time is up", Mode::notice, std::chrono::days{1}, skipped, LoginProof::announced,
       "held"},
      {"lately", Mode::notice, std::chrono::days{36'500}, skipped, LoginProof::announced, "let in"},
      {"asked", Mode::notice, std::chrono::days{36'500}, skipped, LoginProof::asked, "let in"},
      {"claimed", Mode::notice, std::chrono::days{36'500}, skipped, LoginProof::claimed, "held"},
      {"enforced", Mode::enforce, std::chrono::days{36'500}, skipped, LoginProof::announced,
       "held"},
  };
  for (const auto& row : table) {
    World world;
    world.site->policy.personal.mode = row.mode;
    if (row.again.count() > 0) world.site->notice_again = row.again;
    world.last_skip = row.last_skip;
    auto login = world.login();
    login.proof = row.proof;
    EXPECT_EQ(course(world, std::move(login)), row.expected) << row.name << world.log.lines;
    const bool passed = row.expected == std::string_view{"let in"};
    EXPECT_EQ(world.settings->metrics.value(metrics::Login::passed_skipped), passed ? 1U : 0U);
    EXPECT_EQ(world.cookies.contains("__Host-vneid-session"), passed) << row.name;
  }
}

TEST(LegacyLogin, ShowsTheNoticeWhenTheRecordOfChoicesCannotBeRead) {
  World world;
  world.site->notice_again = std::chrono::days{36'500};
  world.last_skip = "2020-01-01 08:00:00+00";
  world.postgres.refused["audit_find_last_skip"] = "42501";
  EXPECT_EQ(course(world, world.login()), "held");
  EXPECT_TRUE(world.log.lines.contains("the record of choices could not be read"));
}

TEST(LegacyLogin, AnUnknownKindIsLoggedAndWhatIsOnFileCounts) {
  World world;
  auto login = world.login();
  login.kind = "doanh-nghiep";
  EXPECT_EQ(course(world, login), "held");
  EXPECT_TRUE(world.log.lines.contains("kind of account is not known"));
}

TEST(LegacyLogin, ThatSetsNoCookieIsToldToTheOperator) {
  World world;
  world.cookies["SID"] = "from-before";
  auto login = world.login();
  login.answer.headers = {{"Location", "/"}};
  EXPECT_EQ(course(world, login), "held");
  EXPECT_TRUE(world.log.lines.contains("set no cookie"));
}

TEST(LegacyLogin, ThatCannotBeJudgedGoesByPolicy) {
  const struct {
    Mode mode;
    bool misconfigured;
    flows::Site site;
    const char* expected;
  } table[] = {
      {Mode::notice, false, {}, "let in"},
      {Mode::notice, false, {.on_failure = {.notice_open = false}}, "away"},
      {Mode::enforce, false, {}, "away"},
      {Mode::enforce, false, {.on_failure = {.enforce_open = true}}, "let in"},
      {Mode::enforce, true, {.on_failure = {.enforce_open = true}}, "away"},
      {Mode::closed, false, {.on_failure = {.enforce_open = true}}, "away"},
  };
  for (const auto& [mode, misconfigured, site, expected] : table) {
    World world;
    world.site->policy.personal.mode = mode;
    world.site->on_failure = site.on_failure;
    if (misconfigured) {
      world.postgres.refused["account_ensure"] = "42501";
    } else {
      world.postgres.away = true;
    }
    EXPECT_EQ(course(world, world.login()), expected) << policy::to_text(mode) << misconfigured;
  }
}

TEST(LegacyLogin, ThatWaitsForAConnectionIsNeverLetThrough) {
  for (const Mode mode : {Mode::notice, Mode::enforce}) {
    World world;
    world.site->policy.personal.mode = mode;
    world.site->on_failure.notice_open = world.site->on_failure.enforce_open = true;
    world.postgres.busy = true;
    const auto verdict = world.log_in(world.login());
    ASSERT_TRUE(verdict.reply);
    expect(world, *verdict.reply, {.status = 503, .log = "no connection became free"});
    EXPECT_FALSE(header_of(verdict.reply->headers, "Retry-After").empty());
    EXPECT_FALSE(world.cookies.contains("sid"));
  }
}

TEST(LegacyLogin, DropsTheSessionOfWhoeverSatThereBefore) {
  World world;
  world.sign_in();
  const auto before = world.redis.values.size();
  world.account.linked.reset();
  EXPECT_EQ(course(world, world.login()), "held");
  EXPECT_FALSE(world.cookies.contains("__Host-vneid-session"));
  EXPECT_LT(world.redis.values.size(), before + 1) << "the session itself has ended";
}

TEST(LegacyLogin, WhoseNameIsNoNameIsRefusedFromTheCutOverOn) {
  for (const auto& [mode, expected] :
       {std::pair{Mode::notice, "let in"}, {Mode::enforce, "refused"}, {Mode::closed, "refused"}}) {
    for (const std::string& name : {std::string{}, std::string(1001, 'a'), std::string{"\xff"}}) {
      World world;
      world.site->policy.personal.mode = mode;
      world.site->on_failure.enforce_open = true;  // said of outages, and this is none
      auto login = world.login();
      login.account = name;
      EXPECT_EQ(course(world, login), expected) << policy::to_text(mode);
      EXPECT_TRUE(world.log.lines.contains("the account's name is"));
      EXPECT_FALSE(world.postgres.ran("account_ensure"));
    }
  }
}

TEST(LegacyLogin, InASessionThatThePortalKeepsTakesItOutOfTheBrowser) {
  for (const Mode mode : {Mode::notice, Mode::enforce, Mode::closed}) {
    World world;
    world.site->policy.personal.mode = mode;
    world.site->portal_cookie = "SID";
    world.cookies["SID"] = "from-before";
    auto login = world.login();
    login.answer.headers = {{"Location", "/"}, {"Set-Cookie", "lang=vi"}};
    EXPECT_TRUE(world.log_in(login).reply);
    EXPECT_FALSE(world.cookies.contains("SID")) << policy::to_text(mode);
    if (mode != Mode::notice) continue;
    const std::string csrf = World::csrf_of(world.run(world.get("notice")));
    world.run(world.post("notice", "choice=skip&csrf=" + csrf));
    EXPECT_EQ(world.cookies["SID"], "from-before");
  }
}

class ClaimedLogin : public testing::Test {
 protected:
  flows::LegacyLogin login() const {
    auto login = world.login();
    login.proof = LoginProof::claimed;
    return login;
  }
  flows::Reply press(const std::string& form) {
    return world.run(
        world.post("notice", form + "&csrf=" + World::csrf_of(world.run(world.get("notice")))));
  }
  World world;
};

TEST_F(ClaimedLogin, ShowsNothingOfTheAccountOnFile) {
  world.account.values.push_back(
      {identity::Field::name, identity::FieldStatus::self_entered, "Lê Văn An"});
  EXPECT_EQ(course(world, world.login()), "held");
  EXPECT_TRUE(world.run(world.get("notice")).body.contains("Lê")) << "to whom the portal has named";
  EXPECT_EQ(course(world, login()), "held");
  const auto notice = world.run(world.get("notice"));
  expect(world, notice, {.body = "Bỏ qua"});
  EXPECT_FALSE(notice.body.contains("Lê"));
  expect(world, world.run(world.get("verify")), {.status = 303, .location = "/vneid/notice"});
  expect(world, world.run(world.post("verify", "action=update")),
         {.status = 303, .location = "/vneid/notice"});
}

TEST_F(ClaimedLogin, SkippedGivesThePortalsAnswerAndNoSessionOfOurs) {
  EXPECT_EQ(course(world, login()), "held");
  expect(world, press("choice=skip"), {.status = 302, .location = "/trang-chu"});
  EXPECT_EQ(world.cookies["sid"], "portal-session");
  EXPECT_FALSE(world.cookies.contains("__Host-vneid-session"));
}

TEST_F(ClaimedLogin, LetInGivesNoSessionOfOurs) {
  for (const Mode mode : {Mode::pass, Mode::observe}) {
    world.site->policy.personal.mode = mode;
    EXPECT_EQ(course(world, login()), "let in");
    EXPECT_FALSE(world.cookies.contains("__Host-vneid-session"));
  }
}

TEST_F(ClaimedLogin, OfNobodyOnFileIsHeldAndLinksNothing) {
  world.on_file = false;
  EXPECT_EQ(course(world, login()), "held");
  expect(world, press("choice=vneid"), {.status = 303, .location = "https://idp.example/auth"});
  EXPECT_FALSE(world.postgres.ran("audit_insert_choice")) << "of which account?";
  const auto reply = world.run(world.get("callback/bca", world.answer_of_provider()));
  expect(world, reply, {.status = 403, .log = "only claimed, and is not on file"});
  EXPECT_FALSE(reply.body.contains("/vneid/verify"));
  EXPECT_FALSE(world.postgres.ran("account_ensure"));
}

TEST_F(ClaimedLogin, IsLinkedByAVerifiedNumberOnly) {
  EXPECT_EQ(course(world, login()), "held");
  expect(world, press("choice=vneid"), {.status = 303, .location = "https://idp.example/auth"});
  const auto reply = world.run(world.get("callback/bca", world.answer_of_provider()));
  expect(world, reply, {.status = 403, .log = "verify_first"});
  EXPECT_FALSE(reply.body.contains("/vneid/verify")) << "that page shows what is on file";
  EXPECT_FALSE(world.postgres.ran("link_make"));

  world.verify_number();
  EXPECT_EQ(course(world, login()), "held");
  expect(world, press("choice=vneid"), {.status = 303, .location = "https://idp.example/auth"});
  expect(world, world.run(world.get("callback/bca", world.answer_of_provider())),
         {.status = 303, .location = "/vneid/linked"});
}

class AskedLogin : public testing::Test {
 protected:
  /// The portal names the account at a request that sets no cookie.
  flows::LoginVerdict look(flows::Request::Method method) {
    auto login = world.login();
    login.proof = LoginProof::asked;
    login.answer.headers = {{"Location", "/trang-chu"}};
    auto request = world.get("/dang-nhap");
    request.method = method;
    return world.loop.run(flows::guarded_login(world.exchange(request), std::move(login)));
  }
  World world;
};

TEST_F(AskedLogin, OfWhomWeKnowAlreadyIsNoneWhenHeOnlyLooks) {
  world.sign_in_by_password();
  world.site->policy.personal.mode = Mode::notice;
  for (const auto method : {flows::Request::Method::get, flows::Request::Method::head}) {
    const auto verdict = look(method);
    EXPECT_FALSE(verdict.reply);
    EXPECT_TRUE(verdict.added_headers.empty());
  }
  EXPECT_TRUE(look(flows::Request::Method::post).reply) << "that may be a login";
  world.site->policy.personal.mode = Mode::enforce;
  EXPECT_TRUE(look(flows::Request::Method::get).reply) << "a password does not suffice any more";
}

TEST_F(AskedLogin, OfWhomWeDoNotKnowIsOneHoweverHeCame) {
  EXPECT_TRUE(look(flows::Request::Method::get).reply);
}

class Notice : public testing::Test {
 protected:
  void SetUp() override { world.hold_login(); }
  flows::Reply press(const std::string& form) {
    return world.run(
        world.post("notice", form + "&csrf=" + World::csrf_of(world.run(world.get("notice")))));
  }
  World world;
};

TEST_F(Notice, IsShownAgainAndAgain) {
  for (int i = 0; i < 3; ++i) expect(world, world.run(world.get("notice")), {.body = "Bỏ qua"});
}

TEST_F(Notice, SkippedReleasesThePortalsAnswerOnce) {
  const std::string csrf = World::csrf_of(world.run(world.get("notice")));
  const auto cookies = world.cookies;
  const auto reply = world.run(world.post("notice", "choice=skip&csrf=" + csrf));
  expect(world, reply, {.status = 302, .location = "/trang-chu"});
  EXPECT_EQ(world.cookies["sid"], "portal-session");
  EXPECT_TRUE(world.cookies.contains("__Host-vneid-session"));
  EXPECT_FALSE(world.cookies.contains("__Host-vneid-ticket"));
  world.cookies = cookies;
  expect(world, world.run(world.post("notice", "choice=skip&csrf=" + csrf)),
         {.status = 409, .log = "the ticket of the legacy login has been used"});
}

TEST_F(Notice, IsNotSkippedOnceTheInstantHasCome) {
  const std::string csrf = World::csrf_of(world.run(world.get("notice")));
  world.site->policy.personal.enforce = world.loop.wall_now();
  const auto reply = world.run(world.post("notice", "choice=skip&csrf=" + csrf));
  expect(world, reply, {.status = 403, .log = "[Bỏ qua] refused"});
  EXPECT_FALSE(reply.body.contains("value=\"skip\""));
  EXPECT_FALSE(world.cookies.contains("sid"));
}

TEST_F(Notice, AsksForTheNumberFirst) {
  expect(world, press("choice=vneid"), {.status = 303, .location = "/vneid/verify"});
}

TEST_F(Notice, LeadsToTheProvider) {
  world.verify_number();
  expect(world, press("choice=vneid"), {.status = 303, .location = "https://idp.example/auth"});
  EXPECT_TRUE(world.cookies.contains("__Host-vneid-flow"));
}

TEST_F(Notice, AtAKioskAsksForAFreshLogin) {
  world.verify_number();
  world.site->kiosk = true;
  expect(world, press("choice=vneid"), {.status = 303, .location = "https://idp.example/auth"});
  EXPECT_EQ(world.provider->asked.prompt, "login");
  EXPECT_EQ(world.provider->asked.max_age, "0");
}

TEST_F(Notice, RefusesWhatIsNoChoice) {
  expect(world, press("choice=both"), {.status = 400, .log = "named no choice"});
  expect(world, press(""), {.status = 400});
  expect(world, world.run(world.post("notice", "choice=skip")), {.status = 403, .log = "token"});
  expect(world, world.run(world.post("notice", "choice=skip&csrf=x")), {.status = 403});
  auto foreign =
      world.post("notice", "choice=skip&csrf=" + World::csrf_of(world.run(world.get("notice"))));
  foreign.sec_fetch_site = "cross-site";
  expect(world, world.run(foreign), {.status = 403});
  foreign.sec_fetch_site = "same-site";
  foreign.origin = "https://evil.example";
  expect(world, world.run(foreign), {.status = 403});
}

TEST_F(Notice, WithoutATicketHasExpired) {
  world.cookies.clear();
  expect(world, world.run(world.get("notice")), {.status = 410, .log = "no ticket"});
}

TEST_F(Notice, OfAnOldTicketHasExpired) {
  world.loop.advance(Tickets::lifetime + Milliseconds{1000});
  expect(world, world.run(world.get("notice")), {.status = 410, .log = "has expired"});
}

TEST_F(Notice, WithRedisAwayAsksToComeBack) {
  world.redis.away = true;
  const auto reply = world.run(world.get("notice"));
  expect(world, reply, {.status = 503, .log = "redis is away"});
  EXPECT_EQ(header_of(reply.headers, "Retry-After"), "10");
}

TEST_F(Notice, IsNotKeptFromACitizenByTheTrail) {
  world.postgres.refused["audit_insert_choice"] = "53100";
  expect(world, world.run(world.get("notice")), {.log = "was not recorded"});
}

TEST_F(Notice, WithTheProviderAwaySaysSo) {
  world.verify_number();
  const std::string csrf = World::csrf_of(world.run(world.get("notice")));
  world.provider->away = true;
  expect(world, world.run(world.post("notice", "choice=vneid&csrf=" + csrf)),
         {.status = 503, .log = "refused"});
}

class VerifyFirst : public testing::Test {
 protected:
  void SetUp() override { world.hold_login(); }
  flows::Reply send(const std::string& form) {
    return world.run(
        world.post("verify", form + "&csrf=" + World::csrf_of(world.run(world.get("verify")))));
  }
  World world;
};

TEST_F(VerifyFirst, GoesOnToTheProviderInTheSameLogin) {
  answer_population(world);
  expect(world, send(typed_citizen), {.status = 303, .location = "https://idp.example/auth"});
}

TEST_F(VerifyFirst, TellsWhatWasMistyped) {
  const auto reply = send("action=update&number=12&name=&birth_date=31%2F02%2F1989");
  expect(world, reply, {.status = 422, .body = "value=\"12\""});
  EXPECT_TRUE(world.http.sent.empty()) << "nobody was asked";
}

TEST_F(VerifyFirst, TellsThatNobodyIsKnown) {
  answer_nobody(world);
  expect(world, send(typed_citizen), {.status = 422});
}

TEST_F(VerifyFirst, ARecordOfAnotherNameIsNoMatch) {
  answer_population(world, "BÌNH");
  expect(world, send(typed_citizen), {.status = 422});
  EXPECT_FALSE(world.postgres.ran("identity_put_field")) << "nothing of it is stored";
}

TEST_F(VerifyFirst, SourceAwayKeepsWhatWasTyped) {
  const auto reply = send(typed_citizen);
  expect(world, reply, {.status = 503, .body = "052089999999"});
}

TEST_F(VerifyFirst, LimitsTellWhenToComeBack) {
  world.redis.limit = {2, 120'000};
  const auto reply = send(typed_citizen);
  expect(world, reply, {.status = 429});
  EXPECT_EQ(header_of(reply.headers, "Retry-After"), "120");
  world.redis.limit = {1, 500};
  expect(world, send(typed_citizen), {.status = 503});
}

TEST_F(VerifyFirst, PostgresAwayKeepsWhatWasTyped) {
  const std::string csrf = World::csrf_of(world.run(world.get("verify")));
  world.postgres.away = true;
  expect(world, world.run(world.post("verify", typed_citizen + std::string("&csrf=") + csrf)),
         {.status = 503, .body = "052089999999"});
}

TEST_F(VerifyFirst, MayBeSkippedAsTheNotice) {
  expect(world, send("action=skip"), {.status = 302, .location = "/trang-chu"});
}

TEST_F(VerifyFirst, RefusesOtherForms) {
  expect(world, send("action=other"), {.status = 400});
  expect(world, world.run(world.post("verify", typed_citizen)), {.status = 403});
  world.site->population.clear();
  expect(world, world.run(world.get("verify")), {.status = 404});
}

}  // namespace
}  // namespace vneid::test
