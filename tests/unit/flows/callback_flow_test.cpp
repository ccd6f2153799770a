// What a callback of the provider comes to: every outcome, without a server.

#include <algorithm>
#include <functional>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "drivers/support/started.hpp"
#include "flows/front/guard.hpp"
#include "flows/front/identify.hpp"
#include "unit/flows/world/citizens.hpp"
#include "unit/flows/world/expect.hpp"
#include "unit/flows/world/world.hpp"

namespace vneid::test {
namespace {

class HeldCallback : public testing::Test {
 protected:
  void SetUp() override {
    world.verify_number();
    query = world.go_to_provider();
  }
  flows::Reply come_back() { return world.run(world.get("callback/bca", query)); }
  World world;
  std::string query;
};

TEST_F(HeldCallback, LinksAndShowsIt) {
  expect(world, come_back(), {.status = 303, .location = "/vneid/linked"});
  EXPECT_TRUE(world.postgres.ran("link_make"));
  EXPECT_EQ(world.provider->redeemed->code, "the-code");
  EXPECT_EQ(world.provider->redeemed->code_verifier, "verifier");
  EXPECT_EQ(world.provider->redeemed->nonce, "nonce");
  const auto page = world.run(world.get("linked"));
  expect(world, page, {.body = World::number});
  EXPECT_TRUE(page.body.contains("Tiếp tục"));
}

TEST_F(HeldCallback, EndsWhatElseTheAccountHasOpen) {
  World& there = world;
  const auto mine = there.cookies;
  there.cookies.clear();
  there.sign_in_by_password();
  const auto other = there.cookies;
  expect(there, there.run(there.get("identity")), {.status = 200});
  there.cookies = mine;
  expect(there, come_back(), {.status = 303, .location = "/vneid/linked"});
  there.cookies = other;
  expect(there, there.run(there.get("identity")), {.status = 401});
}

TEST_F(HeldCallback, AgainEndsOnTheSamePage) {
  come_back();
  expect(world, come_back(), {.status = 303, .location = "/vneid/linked"});
  // The first answer, and with it the session, never reached the browser.
  world.cookies.erase("__Host-vneid-session");
  expect(world, come_back(), {.status = 303, .location = "/vneid/linked"});
  world.cookies.erase("__Host-vneid-session");
  world.loop.advance(std::chrono::minutes{2});
  expect(world, come_back(), {.status = 410, .log = "has done its work before"});
}

/// Wherever the client leaves the first callback: who comes again finds an outcome (G8).
TEST(LeftCallback, AlwaysHasAnOutcome) {
  bool left = true;
  for (std::size_t point = 1; left; ++point) {
    World world;
    world.verify_number();
    const std::string query = world.go_to_provider();
    world.pauses.stop_at(world.pauses.count() + point);
    {
      const Started<flows::Reply> first(
          flows::guarded_page(world.exchange(world.get("callback/bca", query))));
      world.loop.run_until([&] { return world.pauses.reached() || first.settled(); });
      left = !first.settled();
    }
    world.pauses.release();
    const auto before = world.loop.now();
    const auto reply = world.run(world.get("callback/bca", query));
    EXPECT_EQ(location_of(reply), "/vneid/linked") << point;
    EXPECT_LT(world.loop.now() - before, std::chrono::seconds{2}) << point;
  }
}

TEST_F(HeldCallback, WithoutTheTicketIsNotLinked) {
  world.cookies.erase("__Host-vneid-ticket");
  expect(world, come_back(), {.status = 410, .log = "no longer this browser's"});
  EXPECT_FALSE(world.provider->redeemed) << "the code is not spent";
}

TEST_F(HeldCallback, OfAnotherBrowserFindsNothing) {
  world.cookies["__Host-vneid-flow"] = std::string(43, 'x');
  expect(world, come_back(), {.status = 410, .log = "no flow of this browser"});
  world.cookies.erase("__Host-vneid-flow");
  expect(world, come_back(), {.status = 410, .log = "without a flow cookie"});
  EXPECT_FALSE(world.provider->redeemed);
}

TEST_F(HeldCallback, OfAnotherProviderOrMalformed) {
  expect(world, world.run(world.get("callback/other", query)), {.status = 404});
  expect(world, world.run(world.get("callback/bca", "code=a&code=b&state=c")), {.status = 400});
  world.site->provider = "other";
  world.worker->providers["other"] = std::make_unique<FakeProvider>(
      world.loop, world.http, world.pauses, world.settings->providers["bca"]);
  expect(world, world.run(world.get("callback/other", query)),
         {.status = 410, .log = "began at another provider"});
}

TEST_F(HeldCallback, ErrorsOfTheProvider) {
  const struct {
    const char* error;
    int status;
  } table[] = {{"access_denied", 200},
               {"temporarily_unavailable", 503},
               {"server_error", 503},
               {"login_required", 502},
               {"invalid_scope", 502}};
  for (const auto& [error, status] : table) {
    World other;
    other.verify_number();
    other.go_to_provider();
    const std::string told = std::string("error=") + error + "&state=state-1";
    const auto reply = other.run(other.get("callback/bca", told));
    expect(other, reply, {.status = status, .log = std::string("error=") + error});
    EXPECT_TRUE(reply.body.contains("value=\"skip\"")) << "the login is still held";
    expect(other, other.run(other.get("callback/bca", told)),
           {.status = status, .log = "has failed before"});
  }
}

/// A link that is not made, and the page that says why.
struct Refusal {
  const char* name;
  std::function<void(World&)> cause;
  Expected expected;
};

TEST(HeldCallbackRefused, SaysWhy) {
  const Refusal table[] = {
      {"level",
       [](World& world) { world.provider->person.level = 1; },
       {.status = 403, .log = "refuse_level"}},
      {"no number",
       [](World& world) { world.account.values.clear(); },
       {.status = 403, .log = "verify_first"}},
      {"another number",
       [](World& world) { world.account.values.back().value = "052089000018"; },
       {.status = 403, .log = "link refused"}},
      {"another name",
       [](World& world) { world.account.values.at(0).value = "Trần Thị Bình"; },
       {.status = 200, .log = "sent to review", .body = "K7QF-2MXD"}},
      {"linked to somebody else",
       [](World& world) {
         world.account.linked = {LinkId{31}, PersonId{77}};
         world.by_number = world.by_subject = PersonId{21};
       },
       {.status = 409, .log = "linked to somebody else"}},
      {"subject of another person",
       [](World& world) { world.by_subject = PersonId{99}; },
       {.status = 200, .log = "sent to review", .body = "K7QF-2MXD"}},
      {"closed",
       [](World& world) { world.account.closed = true; },
       {.status = 403, .log = "refuse_closed"}},
      {"kept out", [](World& world) { world.kept_out = true; }, {.status = 403, .log = "kept_out"}},
      {"kept out, and linked before",
       [](World& world) {
         world.link_account();
         world.kept_out = true;
       },
       {.status = 403, .log = "kept_out"}},
      {"bad proof",
       [](World& world) { world.provider->failure = oidc::RedemptionFailure{.text = "nonce"}; },
       {.status = 502, .log = "nonce"}},
      {"provider away",
       [](World& world) { world.provider->away = true; },
       {.status = 503, .log = "refused"}},
      {"postgres away",
       [](World& world) { world.postgres.away = true; },
       {.status = 503, .log = "tried again"}},
      {"not permitted",
       [](World& world) { world.postgres.refused["link_make"] = "42501"; },
       {.status = 503}},
      {"a mistake of ours",
       [](World& world) { world.postgres.refused["link_make"] = "23502"; },
       {.status = 500}},
  };
  for (const auto& [name, cause, expected] : table) {
    SCOPED_TRACE(name);
    World world;
    world.verify_number();
    const std::string query = world.go_to_provider();
    cause(world);
    const auto reply = world.run(world.get("callback/bca", query));
    expect(world, reply, expected);
    EXPECT_FALSE(world.cookies.contains("__Host-vneid-session"));
  }
}

TEST_F(HeldCallback, OutcomeThatIsNotKeptIsLoggedAndTheLinkStands) {
  world.postgres.on("link_make", [this](const auto&) {
    world.redis.away = true;
    world.link_account();
    return std::vector<Row>{{"31", "21", "done", {}, "paper", "3"}};
  });
  expect(world, come_back(), {.status = 503, .log = "the outcome of a callback was not kept"});
  EXPECT_EQ(world.postgres.commits, 1);
}

TEST_F(HeldCallback, AStaleLoginAtAKioskIsRefused) {
  World kiosk;
  kiosk.verify_number();
  kiosk.site->kiosk = true;
  const std::string back = kiosk.go_to_provider();
  kiosk.provider->person.authenticated_at = kiosk.loop.wall_now() - std::chrono::minutes{5};
  expect(kiosk, kiosk.run(kiosk.get("callback/bca", back)), {.status = 502, .log = "fresh login"});
}

TEST_F(HeldCallback, WaitsForTheFirstOfTwo) {
  world.site->wait = Milliseconds{0};
  auto first = flows::guarded_page(world.exchange(world.get("callback/bca", query)));
  world.pauses.stop_at(world.pauses.count() + 9);
  Started<flows::Reply> working{std::move(first)};
  world.loop.run_until([this] { return world.pauses.reached(); });
  Started<flows::Reply> second{
      flows::guarded_page(world.exchange(world.get("callback/bca", query)))};
  world.loop.advance(std::chrono::seconds{1});
  EXPECT_FALSE(second.settled());
  world.pauses.release();
  EXPECT_EQ(location_of(working.wait(world.loop)), "/vneid/linked");
  EXPECT_EQ(location_of(second.wait(world.loop)), "/vneid/linked");
  EXPECT_TRUE(world.postgres.ran("link_make"));
}

TEST_F(HeldCallback, DoesNotWaitForEver) {
  world.site->wait = Milliseconds{0};
  auto first = flows::guarded_page(world.exchange(world.get("callback/bca", query)));
  world.pauses.stop_at(world.pauses.count() + 3);  // the authorization is taken
  const Started<flows::Reply> stuck{std::move(first)};
  world.loop.run_until([this] { return world.pauses.reached(); });
  const auto reply = world.run(world.get("callback/bca", query));
  expect(world, reply, {.status = 503, .log = "has not finished in time"});
}

class SignInCallback : public testing::Test {
 protected:
  void begin() { query = world.go_to_provider_first(); }
  [[nodiscard]] std::uint64_t counted(metrics::Callback how) const {
    return world.settings->metrics.value(how);
  }
  flows::Reply come_back() { return world.run(world.get("callback/bca", query)); }
  World world;
  std::string query;
};

TEST_F(SignInCallback, EntersTheOneLinkedAccount) {
  world.link_account();
  begin();
  expect(world, come_back(), {.status = 303, .location = "/ho-so"});
  EXPECT_TRUE(world.cookies.contains("__Host-vneid-session"));
  expect(world, come_back(), {.status = 303, .location = "/ho-so"});
  EXPECT_EQ(counted(metrics::Callback::signed_in), 1U);
  EXPECT_EQ(counted(metrics::Callback::repeated), 1U);
}

TEST_F(SignInCallback, GetsThePortalsSession) {
  world.link_account();
  exchange_sessions(world);
  begin();
  expect(world, come_back(), {.status = 303, .location = "/ho-so"});
  EXPECT_EQ(world.cookies["sid"], "exchanged");
  EXPECT_TRUE(world.http.sent.at(0).body.starts_with("assertion="));
}

TEST_F(SignInCallback, WithoutThePortalsSessionEntersNowhere) {
  world.link_account();
  exchange_sessions(world, 500);
  begin();
  expect(world, come_back(), {.status = 502, .log = "the portal answered 500"});
  EXPECT_FALSE(world.cookies.contains("__Host-vneid-session"));
  EXPECT_EQ(counted(metrics::Callback::signed_in), 0U);
}

// Two officers undo the link while its person is on the way in.
TEST_F(SignInCallback, OfALinkThatIsUndoneMeanwhileLeavesNoSession) {
  world.link_account();
  begin();
  world.redis.on_begin = [this] { world.account.linked.reset(); };
  expect(world, come_back(), {.status = 403, .log = "closed, or linked no longer"});
  EXPECT_FALSE(world.cookies.contains("__Host-vneid-session"));
  EXPECT_TRUE(std::ranges::none_of(world.redis.values, [](const auto& kept) {
    return kept.first.starts_with("vneid:session:");
  }));
}

TEST_F(SignInCallback, NeedsAnAccount) {
  begin();
  expect(world, come_back(), {.status = 403, .log = "without an account here"});
}

TEST_F(SignInCallback, MakesAnAccountWhereThatIsAllowedAndAskedFor) {
  world.site->new_accounts = true;
  world.verify_number();
  begin();
  expect(world, come_back(), {.status = 303, .location = "/vneid/login/choose"});
  EXPECT_FALSE(world.postgres.ran("account_ensure")) << "nothing is made unasked";
  const auto page = world.run(world.get("login/choose"));
  expect(world, page, {.body = "Tài khoản mới không có hồ sơ"});
  expect(world, world.run(world.post("login", "action=new&csrf=" + World::csrf_of(page))),
         {.status = 303, .location = "/vneid/linked?return=%2Fho-so"});
  EXPECT_TRUE(world.postgres.ran("link_make"));
}

TEST_F(SignInCallback, OffersAccountsThatCarryTheNumber) {
  world.verify_number();
  world.adoptable = {world.account.id};
  begin();
  expect(world, come_back(), {.status = 303, .location = "/vneid/login/choose"});
  EXPECT_FALSE(world.postgres.ran("link_make")) << "nothing is taken over unasked";
  EXPECT_EQ(counted(metrics::Callback::signed_in), 1U);
  const auto page = world.run(world.get("login/choose"));
  expect(world, page, {.body = "account0"});
  const std::string csrf = World::csrf_of(page);
  EXPECT_TRUE(page.body.contains("05/03/2024") && page.body.contains(">12<")) << "told apart";
  expect(world, world.run(world.post("login", "account0=on&csrf=" + csrf)),
         {.status = 303, .location = "/vneid/linked?return=%2Fho-so"});
  EXPECT_TRUE(world.postgres.ran("link_make"));
  // The second press finds the first one's session.
  expect(world, world.run(world.post("login", "account0=on&return=%2Fho-so&csrf=" + csrf)),
         {.status = 303, .location = "/ho-so"});
}

/// A1: who else knows the password of an account that VNeID takes over is out from then on.
TEST_F(SignInCallback, ATakenOverAccountEndsItsOtherSessions) {
  world.verify_number();
  world.sign_in_by_password();
  const auto elsewhere = std::exchange(world.cookies, {});
  world.adoptable = {world.account.id};
  begin();
  come_back();
  const std::string csrf = World::csrf_of(world.run(world.get("login/choose")));
  world.run(world.post("login", "account0=on&csrf=" + csrf));
  EXPECT_TRUE(world.postgres.ran("link_make"));
  EXPECT_EQ(world.settings->metrics.value(metrics::Link::made), 1U);
  EXPECT_TRUE(world.cookies.contains("__Host-vneid-session"));
  world.cookies = elsewhere;
  EXPECT_EQ(world.loop.run(flows::identify(world.exchange(world.get({})), false))->state,
            flows::SessionFacts::State::absent);
}

/// C5. The one account of this world is both the linked one and the other one.
TEST_F(SignInCallback, OffersAnotherAccountToWhoeverAsksForOne) {
  world.site->new_accounts = true;
  world.verify_number();
  world.link_account();
  world.adoptable = {world.account.id};
  world.run(world.get("login", "another=1&return=%2Fho-so"));
  query = world.answer_of_provider();
  expect(world, come_back(), {.status = 303, .location = "/vneid/login/choose"});
  const auto page = world.run(world.get("login/choose"));
  expect(world, page, {.body = "Không liên kết thêm"});
  EXPECT_FALSE(page.body.contains("Tạo tài khoản mới"));
  const std::string csrf = World::csrf_of(page);
  expect(world, world.run(world.post("login", "action=new&csrf=" + csrf)),
         {.status = 303, .location = "/vneid/login/choose"});
  expect(world, world.run(world.post("login", "action=keep&csrf=" + csrf)),
         {.status = 303, .location = "/ho-so"});
  EXPECT_FALSE(world.postgres.ran("link_make"));
}

/// C8: at a kiosk the next citizen sits down as soon as the idle time is over.
TEST_F(SignInCallback, AChoiceDiesWithTheIdleTime) {
  world.site->session_limits.idle = std::chrono::minutes{2};
  to_choice(world);
  world.loop.advance(std::chrono::seconds{100});
  expect(world, world.run(world.get("login/choose")), {.status = 200});
  world.loop.advance(std::chrono::seconds{30});
  expect(world, world.run(world.get("login/choose")), {.status = 410});
}

/// A1: whoever knows three facts of a person could have verified it.
TEST_F(SignInCallback, NeverOffersAnAccountThatItsHolderVerified) {
  world.verify_number();
  world.account.verified_outside = false;
  world.adoptable = {world.account.id};
  begin();
  expect(world, come_back(), {.status = 403, .log = "without an account here"});
  EXPECT_FALSE(world.postgres.ran("link_make"));
}

TEST_F(SignInCallback, AsksForThePasswordOfAnAccountThatItsHolderVerified) {
  world.site->new_accounts = true;
  world.verify_number();
  world.account.verified_outside = false;
  world.adoptable = {world.account.id};
  begin();
  expect(world, come_back(), {.status = 303, .location = "/vneid/login/choose"});
  const auto page = world.run(world.get("login/choose"));
  expect(world, page, {.body = "đăng nhập một lần bằng tài khoản đó"});
  EXPECT_FALSE(page.body.contains("account0"));
  EXPECT_FALSE(page.body.contains("l******a")) << "whose account it is is not told";
  world.account.verified_outside = true;  // the new one's, which VNeID verifies
  expect(world, world.run(world.post("login", "action=new&csrf=" + World::csrf_of(page))),
         {.status = 303, .location = "/vneid/linked?return=%2Fho-so"});
}

TEST_F(SignInCallback, ChoiceIsOfThisBrowserAndForm) {
  to_choice(world);
  expect(world, world.run(world.post("login", "account0=on")), {.status = 403});
  const std::string csrf = World::csrf_of(world.run(world.get("login/choose")));
  expect(world, world.run(world.post("login", "csrf=" + csrf)),
         {.status = 303, .location = "/vneid/login/choose"});
  world.cookies.clear();
  expect(world, world.run(world.get("login/choose")), {.status = 410});
  expect(world, world.run(world.post("login", "account0=on&csrf=" + csrf)), {.status = 410});
}

TEST_F(SignInCallback, AccountThatCannotBeTakenOverSaysWhy) {
  to_choice(world);
  world.account.closed = true;
  const std::string csrf = World::csrf_of(world.run(world.get("login/choose")));
  expect(world, world.run(world.post("login", "account0=on&csrf=" + csrf)),
         {.status = 403, .log = "link refused"});
}

TEST(SignInCallbackRefused, SaysWhy) {
  const Refusal table[] = {
      {"level",
       [](World& world) { world.provider->person.level = 1; },
       {.status = 403, .log = "VNeID login refused: refuse_level"}},
      {"an organisation",
       [](World& world) { world.provider->person.kind = identity::AccountKind::organization; },
       {.status = 403, .log = "VNeID login refused"}},
      {"no number",
       [](World& world) {
         world.provider->person.citizen_id = std::unexpected{identity::NumberError::empty};
       },
       {.status = 502, .log = "refuse_incomplete"}},
      {"two persons",
       [](World& world) { world.by_subject = PersonId{99}; },
       {.status = 409, .log = "belong to two persons"}},
      {"another subject",
       [](World& world) { world.other_subject = true; },
       {.status = 409, .log = "belong to two persons"}},
      {"cancelled by the provider",
       [](World& world) { world.provider->away = true; },
       {.status = 503}},
      {"the link was undone", [](World& world) { world.account.linked.reset(); }, {.status = 403}},
      {"closed",
       [](World& world) { world.account.closed = true; },
       {.status = 403, .log = "closed, or linked no longer"}},
  };
  for (const auto& [name, cause, expected] : table) {
    SCOPED_TRACE(name);
    World world;
    world.link_account();
    const std::string query = world.go_to_provider_first();
    cause(world);
    const auto reply = world.run(world.get("callback/bca", query));
    expect(world, reply, expected);
    EXPECT_FALSE(world.cookies.contains("__Host-vneid-session"));
  }
}

TEST_F(SignInCallback, CancelledOffersToBeginAgain) {
  begin();
  const auto reply = world.run(world.get("callback/bca", "error=access_denied&state=state-1"));
  expect(world, reply, {.status = 200, .body = "login?return=%2Fho-so"});
}

TEST_F(SignInCallback, NeverReturnsElsewhere) {
  world.link_account();
  query = world.go_to_provider_first("//evil.example/");
  EXPECT_EQ(location_of(come_back()), "/");
}

TEST(Linked, ContinuesToWhatThePortalAnswered) {
  World world;
  to_linked(world);
  const auto page = world.run(world.get("linked"));
  const std::string csrf = World::csrf_of(page);
  expect(world, world.run(world.post("linked", "csrf=x")), {.status = 403});
  expect(world, world.run(world.post("linked", "csrf=" + csrf)),
         {.status = 302, .location = "/trang-chu"});
  EXPECT_EQ(world.cookies["sid"], "portal-session");
  expect(world, world.run(world.post("linked", "csrf=" + csrf)), {.status = 410});
}

TEST(Linked, IsForAVneidSessionOfAnActiveLink) {
  World world;
  expect(world, world.run(world.get("linked")), {.status = 401});
  to_linked(world);
  world.account.linked.reset();
  expect(world, world.run(world.get("linked")), {.status = 404, .log = "no longer active"});
  World other;
  other.sign_in_by_password();
  expect(other, other.run(other.get("linked")), {.status = 401});
}

}  // namespace
}  // namespace vneid::test
