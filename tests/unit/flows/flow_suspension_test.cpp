// Every flow is destroyed at every point at which it waits for somebody outside: enumerated, not
// sampled. Under sanitizers this tells of everything that is used after its frame has gone, and of
// everything that is not given back.

#include <functional>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "drivers/support/started.hpp"
#include "flows/front/guard.hpp"
#include "flows/front/identify.hpp"
#include "unit/flows/world/citizens.hpp"
#include "unit/flows/world/expect.hpp"
#include "unit/flows/world/papers.hpp"
#include "unit/flows/world/world.hpp"

namespace vneid::test {
namespace {

/// A flow to be destroyed: what comes before it, and the flow.
struct Scenario {
  const char* name;
  std::function<void(World&)> prepare;
  std::function<Task<int>(World&)> flow;
  /// What must hold when it was destroyed and what it left in the worker's scope has ended.
  std::function<void(World&)> after = [](World&) {};
};

template <class T>
Task<int> only_run(Task<T> task) {
  co_await std::move(task);
  co_return 0;
}

std::function<Task<int>(World&)> page(std::function<flows::Request(World&)> request) {
  return [request = std::move(request)](World& world) {
    return only_run(flows::guarded_page(world.exchange(request(world))));
  };
}

void nothing_before(World&) {}

std::function<Task<int>(World&)> logging_in(policy::Mode mode) {
  return [mode](World& world) {
    world.site->policy.personal.mode = mode;
    return only_run(
        flows::guarded_login(world.exchange(world.post("/dang-nhap", {})), world.login()));
  };
}

flows::Request posted(World& world, const std::string& path, const std::string& form,
                      const std::string& from) {
  return world.post(path, form + "&csrf=" + World::csrf_of(world.run(world.get(from))));
}

void sign_in_verified(World& world) {
  world.verify_number();
  world.sign_in_by_password();
}

void hold_script_login(World& world) { world.log_in_by_script(world.login()); }

/// A check of the population database that goes on behind a page that waits; the address that the
/// page asks again is the rest of `location`, as a cookie.
void check_slowly(World& world, const char* path, const char* form) {
  answer_population(world);
  world.http.slowness = std::chrono::seconds{3};
  const auto sent = world.run(posted(world, path, typed_citizen, form));
  const std::string location = location_of(sent);
  world.cookies["query"] = location.substr(location.find('?') + 1);
  world.loop.run_until([&world] { return world.worker->scope.running() == 0; });
}

/// A link that was begun is made, whoever leaves (D2), or was not begun at all.
void linked_or_untouched(World& world) {
  EXPECT_EQ(world.postgres.ran("link_make"), world.postgres.commits > 0 && world.account.linked)
      << world.log.lines;
}

const std::vector<Scenario>& scenarios() {
  static const std::vector<Scenario> all{
      {"login held", nothing_before, logging_in(policy::Mode::notice)},
      {"login let in", nothing_before, logging_in(policy::Mode::observe)},
      {"login refused", nothing_before, logging_in(policy::Mode::closed)},
      {"login spared the notice",
       [](World& world) { world.site->notice_again = std::chrono::days{36'500}; },
       [](World& world) {
         world.last_skip = "2020-01-01 08:00:00+00";
         return logging_in(policy::Mode::notice)(world);
       }},
      {"notice", [](World& world) { world.hold_login(); },
       page([](World& world) { return world.get("notice"); })},
      {"[Bỏ qua]", [](World& world) { world.hold_login(); },
       page([](World& world) { return posted(world, "notice", "choice=skip", "notice"); })},
      {"[Đăng nhập bằng VNeID]",
       [](World& world) {
         world.verify_number();
         world.hold_login();
       },
       page([](World& world) { return posted(world, "notice", "choice=vneid", "notice"); })},
      {"a script's login", nothing_before,
       [](World& world) {
         auto request = world.post("/dang-nhap", {});
         request.sec_fetch_mode = "cors";
         return only_run(flows::guarded_login(world.exchange(std::move(request)), world.login()));
       }},
      {"[Bỏ qua] of a script's login", hold_script_login,
       page([](World& world) { return posted(world, "notice", "choice=skip", "notice"); })},
      {"the answer to a script's login",
       [](World& world) {
         hold_script_login(world);
         world.run(posted(world, "notice", "choice=skip", "notice"));
       },
       page([](World& world) { return world.post("api/v1/held-answer", {}); })},
      {"to verify", [](World& world) { world.hold_login(); },
       page([](World& world) { return posted(world, "notice", "choice=vneid", "notice"); })},
      {"the form to verify", [](World& world) { world.hold_login(); },
       page([](World& world) { return world.get("verify"); })},
      {"verified",
       [](World& world) {
         answer_population(world);
         world.hold_login();
       },
       page([](World& world) { return posted(world, "verify", typed_citizen, "verify"); })},
      {"verified after a wait",
       [](World& world) {
         world.hold_login();
         check_slowly(world, "verify", "verify");
       },
       page([](World& world) { return world.get("verify", world.cookies["query"]); })},
      {"nobody of that name",
       [](World& world) {
         answer_nobody(world);
         world.hold_login();
       },
       page([](World& world) { return posted(world, "verify", typed_citizen, "verify"); })},
      {"callback that links",
       [](World& world) {
         world.verify_number();
         world.cookies["query"] = world.go_to_provider();
       },
       page([](World& world) { return world.get("callback/bca", world.cookies["query"]); }),
       linked_or_untouched},
      {"callback again",
       [](World& world) {
         world.verify_number();
         world.cookies["query"] = world.go_to_provider();
         world.run(world.get("callback/bca", world.cookies["query"]));
         world.cookies.erase("__Host-vneid-session");
       },
       page([](World& world) { return world.get("callback/bca", world.cookies["query"]); })},
      {"callback with an error",
       [](World& world) {
         world.verify_number();
         world.go_to_provider();
       },
       page([](World& world) {
         return world.get("callback/bca", "error=access_denied&state=state-1");
       })},
      {"callback refused by the provider",
       [](World& world) {
         world.verify_number();
         world.cookies["query"] = world.go_to_provider();
         world.provider->failure = oidc::RedemptionFailure{};
       },
       page([](World& world) { return world.get("callback/bca", world.cookies["query"]); })},
      {"callback for review",
       [](World& world) {
         world.verify_number();
         world.cookies["query"] = world.go_to_provider();
         world.by_subject = PersonId{99};
       },
       page([](World& world) { return world.get("callback/bca", world.cookies["query"]); })},
      {"sign-in begun", nothing_before, page([](World& world) { return world.get("login"); })},
      {"sign-in of a linked person",
       [](World& world) {
         world.link_account();
         world.cookies["query"] = world.go_to_provider_first();
       },
       page([](World& world) { return world.get("callback/bca", world.cookies["query"]); })},
      {"sign-in with the portal's session",
       [](World& world) {
         world.link_account();
         exchange_sessions(world);
         world.cookies["query"] = world.go_to_provider_first();
       },
       page([](World& world) { return world.get("callback/bca", world.cookies["query"]); })},
      {"sign-in again",
       [](World& world) {
         world.link_account();
         world.cookies["query"] = world.go_to_provider_first();
         world.run(world.get("callback/bca", world.cookies["query"]));
       },
       page([](World& world) { return world.get("callback/bca", world.cookies["query"]); })},
      {"sign-in with a second subject",
       [](World& world) {
         world.link_account();
         world.by_subject.reset();
         world.cookies["query"] = world.go_to_provider_first();
       },
       page([](World& world) { return world.get("callback/bca", world.cookies["query"]); })},
      {"a new account",
       [](World& world) {
         world.verify_number();
         world.site->new_accounts = true;
         world.run(world.get("callback/bca", world.go_to_provider_first()));
       },
       page([](World& world) { return posted(world, "login", "action=new", "login/choose"); }),
       linked_or_untouched},
      {"the choice", to_choice, page([](World& world) { return world.get("login/choose"); })},
      {"an account taken over", to_choice,
       page([](World& world) { return posted(world, "login", "account0=on", "login/choose"); }),
       linked_or_untouched},
      {"an account taken over already",
       [](World& world) {
         to_choice(world);
         const auto once = posted(world, "login", "account0=on", "login/choose");
         world.cookies["query"] = once.body;
         world.run(once);
       },
       page([](World& world) {
         return world.post("login", world.cookies["query"] + "&return=%2Fho-so");
       })},
      {"another account offered, and none linked",
       [](World& world) {
         world.verify_number();
         world.link_account();
         world.adoptable = {world.account.id};
         world.run(world.get("login", "another=1"));
         world.run(world.get("callback/bca", world.answer_of_provider()));
       },
       page([](World& world) { return posted(world, "login", "action=keep", "login/choose"); })},
      {"an offer to link", sign_in_verified,
       page([](World& world) { return world.get("link", "return=%2Fho-so"); })},
      {"an offer taken", sign_in_verified,
       page([](World& world) { return posted(world, "link", "return=%2Fho-so", "link"); })},
      {"callback that links a session",
       [](World& world) {
         sign_in_verified(world);
         world.run(posted(world, "link", "return=%2Fho-so", "link"));
         world.cookies["query"] = world.answer_of_provider();
       },
       page([](World& world) { return world.get("callback/bca", world.cookies["query"]); }),
       linked_or_untouched},
      {"[Không phải tôi]", [](World& world) { world.hold_login(); },
       page([](World& world) { return posted(world, "notice", "choice=not_me", "notice"); })},
      {"linked", to_linked, page([](World& world) { return world.get("linked"); })},
      {"[Tiếp tục]", to_linked,
       page([](World& world) { return posted(world, "linked", "", "linked"); })},
      {"links", [](World& world) { world.sign_in(); },
       page([](World& world) { return world.get("links"); })},
      {"a request to undo a link",
       [](World& world) {
         world.link_account();
         world.sign_in();
       },
       page([](World& world) {
         return world.post(
             "links", "link=31&csrf=" + World::csrf_of(world.run(world.get("links")), "links"));
       })},
      {"identity", [](World& world) { world.sign_in(); },
       page([](World& world) { return world.get("identity"); })},
      {"the update's form", [](World& world) { world.sign_in_by_password(); },
       page([](World& world) { return world.get("identity/update"); })},
      {"an update",
       [](World& world) {
         answer_population(world);
         world.sign_in_by_password();
       },
       page([](World& world) {
         return posted(world, "identity", typed_citizen, "identity/update");
       })},
      {"an update after a wait",
       [](World& world) {
         world.sign_in_by_password();
         check_slowly(world, "identity", "identity/update");
       },
       page([](World& world) { return world.get("identity/update", world.cookies["query"]); })},
      {"the form to edit", [](World& world) { world.sign_in_by_password(); },
       page([](World& world) { return world.get("identity/edit"); })},
      {"an edit", [](World& world) { world.sign_in_by_password(); }, page([](World& world) {
         return posted(world, "identity", "action=edit&phone=0912345678&email=a%40b.vn",
                       "identity/edit");
       })},
      {"api: identity", [](World& world) { world.sign_in(); },
       page([](World& world) { return world.get("api/v1/identity"); })},
      {"api: update",
       [](World& world) {
         answer_population(world);
         world.sign_in_by_password();
       },
       page([](World& world) { return api_post(world, "update", api_citizen); })},
      {"api: edit", [](World& world) { world.sign_in_by_password(); },
       page([](World& world) { return api_post(world, "edit", R"("phone":"0912345678")"); })},
      {"the portal's menu", [](World& world) { world.sign_in(); }, page([](World& world) {
         world.site->menu = true;
         return world.get("api/v1/menu");
       })},
      {"the banner put off", [](World& world) { world.sign_in_by_password(); },
       page([](World& world) {
         world.site->menu = true;
         world.site->policy.personal.mode = policy::Mode::notice;
         return world.post(
             "banner",
             "csrf=" + World::csrf_of(world.run(world.get("api/v1/menu", "part=banner"))));
       })},
      {"vault", [](World& world) { world.sign_in(); },
       page([](World& world) { return world.get("vault"); })},
      {"a search of the vault", [](World& world) { world.sign_in(); },
       page([](World& world) { return posted(world, "vault", "q=x", "vault"); })},
      {"a file", [](World& world) { world.sign_in(); },
       page([](World& world) { return world.get("vault/5/" + std::string(64, 'a')); })},
      {"api: vault", [](World& world) { world.sign_in(); },
       page([](World& world) { return world.get("api/v1/vault"); })},
      {"api: a paper",
       [](World& world) {
         offer_paper(world);
         world.sign_in();
       },
       page([](World& world) { return world.get("api/v1/vault/5"); })},
      {"api: its file",
       [](World& world) {
         offer_paper(world);
         world.sign_in();
       },
       page([](World& world) { return world.get("api/v1/vault/5/files/" + paper_name); })},
      {"a paper for a dossier", [](World& world) { offer_paper(world); },
       page([](World& world) { return by_portal(world, reuse(world, wanted())); })},
      {"sign-out", [](World& world) { world.sign_in(); },
       page([](World& world) { return posted(world, "logout", "", "logout"); })},
      {"signed out at a kiosk",
       [](World& world) {
         world.sign_in();
         world.site->kiosk = true;
       },
       page([](World& world) { return world.get("signed-out", "because=idle"); })},
      {"the portal's sign-out", [](World& world) { world.sign_in(); },
       [](World& world) {
         flows::PortalSignOut answer;
         answer.answer.status = 302;
         answer.answer.headers = {{"Location", "/"}};
         return only_run(
             flows::guarded_sign_out(world.exchange(world.get("/dang-xuat")), std::move(answer)));
       }},
      {"back-channel logout",
       [](World& world) {
         world.sign_in();
         oidc::LogoutToken token;
         token.session_id = "idp-session";
         token.token_id = "jti";
         token.good_until = world.loop.wall_now() + std::chrono::hours{1};
         world.provider->told_logout = token;
       },
       page([](World& world) {
         return world.post("backchannel-logout/bca", "logout_token=a.b.c");
       })},
      {"gate", [](World& world) { world.sign_in(); },
       [](World& world) {
         return only_run(flows::guarded_gate(world.exchange(world.get({})),
                                             policy::Requirement::level2, nullptr));
       }},
      {"a form that is kept", nothing_before,
       [](World& world) {
         auto request = world.post({}, "a=b");
         request.target = "/nop-ho-so";
         return only_run(flows::guarded_keep_post(world.exchange(std::move(request))));
       }},
      {"a kept form", to_kept_form,
       page([](World& world) { return world.get("resume", world.cookies["query"]); })},
      {"variables", [](World& world) { world.sign_in(); },
       [](World& world) { return only_run(flows::identify(world.exchange(world.get({})), true)); }},
  };
  return all;
}

std::size_t points_of(const Scenario& scenario) {
  World world;
  scenario.prepare(world);
  auto flow = scenario.flow(world);
  const std::size_t before = world.pauses.count();
  world.loop.run(std::move(flow));
  EXPECT_EQ(world.worker->scope.running(), 0U) << scenario.name;
  return world.pauses.count() - before;
}

/// The client leaves at the point: the flow's frame goes, what runs in the worker's scope ends.
void leave_at(const Scenario& scenario, std::size_t point) {
  World world;
  scenario.prepare(world);
  auto flow = scenario.flow(world);
  world.pauses.stop_at(world.pauses.count() + point);
  {
    const Started<int> started{std::move(flow)};
    world.loop.run_until([&world] { return world.pauses.reached(); });
  }
  world.pauses.release();
  world.loop.run_until([&world] { return world.worker->scope.running() == 0; });
  EXPECT_EQ(world.postgres.open_transactions(), 0) << scenario.name << " at " << point;
  EXPECT_EQ(world.loop.timers(), 0U) << scenario.name << " at " << point;
  EXPECT_EQ(world.loop.io_waits(), 0U) << scenario.name << " at " << point;
  scenario.after(world);
}

/// The worker ends at the point: everything goes.
void stop_worker_at(const Scenario& scenario, std::size_t point) {
  World world;
  scenario.prepare(world);
  auto flow = scenario.flow(world);
  world.pauses.stop_at(world.pauses.count() + point);
  {
    const Started<int> started{std::move(flow)};
    world.loop.run_until([&world] { return world.pauses.reached(); });
    world.worker->scope.cancel_all();
  }
  EXPECT_EQ(world.postgres.open_transactions(), 0) << scenario.name << " at " << point;
  EXPECT_EQ(world.loop.timers(), 0U) << scenario.name << " at " << point;
}

class Suspension : public testing::TestWithParam<std::size_t> {
 protected:
  static void TearDownTestSuite() { std::cout << "in all " << all_points << " points\n"; }
  static inline std::size_t all_points = 0;
};

TEST_P(Suspension, AFlowMayBeDestroyedWhereverItWaits) {
  const Scenario& scenario = scenarios().at(GetParam());
  const std::size_t points = points_of(scenario);
  ASSERT_GT(points, 0U) << scenario.name;
  for (std::size_t point = 1; point <= points; ++point) {
    leave_at(scenario, point);
    stop_worker_at(scenario, point);
  }
  all_points += points;
  std::cout << scenario.name << ": " << points << " points\n";
}

INSTANTIATE_TEST_SUITE_P(EveryFlow, Suspension, testing::Range(std::size_t{0}, scenarios().size()));

}  // namespace
}  // namespace vneid::test
