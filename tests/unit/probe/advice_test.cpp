#include "probe/advice.hpp"

#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "probe/comparison.hpp"
#include "probe/report.hpp"

namespace vneid::probe {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

Answer answer(int status, std::string shape = "no body") {
  return {.status = status, .shape = std::move(shape)};
}
Answer form_again() { return answer(200, "a page with a password field"); }
Cookie fresh(const char* name, bool lasting = false) {
  return {.name = name, .is_new = true, .lasting = lasting};
}
Me nobody(int status = 401) { return {.status = status, .body = R"({"user":null})"}; }
Me an() { return {.status = 200, .body = R"({"user":"an"})"}; }

/// Form, redirect with a new session cookie after the right password; nobody is asked.
Seen plain() {
  Seen seen;
  seen.kind = Seen::Page::form;
  seen.name = "an";
  seen.locations = {"/login"};
  seen.page = form_again();
  seen.wrong = Trial{.answer = form_again(), .me = {}};
  seen.right = Trial{.answer = answer(302), .me = {}};
  seen.right->answer.location = "/home";
  seen.right->answer.cookies = {fresh("SID")};
  return seen;
}

Seen asked() {
  Seen seen = plain();
  seen.me = "/me";
  seen.me_before = nobody();
  seen.wrong->me = nobody();
  seen.right->me = an();
  seen.opening = {"SID"};
  return seen;
}

Seen same(Answer both) {
  Seen seen = plain();
  seen.wrong->answer = both;
  seen.right->answer = std::move(both);
  return seen;
}

Seen changed(Seen seen, const std::function<void(Seen&)>& change) {
  change(seen);
  return seen;
}

struct Case {
  const char* what;
  Seen seen;
  Recipe recipe;
  const char* session = "";
  bool gate = false;
};

TEST(Advice, FollowsWhatWasSeen) {
  const Case cases[] = {
      {"differs, nobody asked", plain(), Recipe::find_address, "SID"},
      {"asked", asked(), Recipe::asked, "SID"},
      {"answers 200 both times, asked",
       changed(asked(),
               [](Seen& s) {
                 s.wrong->answer = answer(200, "a text");
                 s.right->answer = answer(200, "a text");
                 s.kept = s.before = {"SID"};
               }),
       Recipe::asked, "SID", true},
      {"answers 200 both times, nobody asked", same(answer(200, "a text")), Recipe::cannot_tell},
      {"form again both times", same(form_again()), Recipe::refused},
      {"401 both times", same(answer(401)), Recipe::refused},
      {"the right one gets 500", changed(plain(), [](Seen& s) { s.right->answer = answer(500); }),
       Recipe::cannot_tell},
      {"header", changed(plain(), [](Seen& s) { s.right->answer.naming_headers = {"x-user"}; }),
       Recipe::announced, "SID"},
      {"header with the wrong one too",
       changed(plain(),
               [](Seen& s) {
                 s.right->answer.naming_headers = s.wrong->answer.naming_headers = {"x-user"};
               }),
       Recipe::find_address, "SID"},
      {"kept id, nobody asked",
       changed(plain(),
               [](Seen& s) {
                 s.right->answer.cookies = {};
                 s.before = s.kept = {"SID"};
               }),
       Recipe::find_address, "SID", true},
      {"remember-me",
       changed(asked(),
               [](Seen& s) {
                 s.right->answer.cookies = {fresh("SID"), fresh("stay", true)};
                 s.opening = {"SID", "stay"};
               }),
       Recipe::asked, "SID", true},
      {"the one session cookie lives long",
       changed(asked(), [](Seen& s) { s.right->answer.cookies = {fresh("SID", true)}; }),
       Recipe::asked, "SID"},
      {"a second cookie that does not open",
       changed(asked(), [](Seen& s) { s.right->answer.cookies.push_back(fresh("lang", true)); }),
       Recipe::asked, "SID"},
      {"--me names somebody to everybody",
       changed(asked(), [](Seen& s) { s.me_before = s.wrong->me = an(); }), Recipe::find_address,
       "SID"},
      {"--me names the typed name after a wrong password",
       changed(asked(), [](Seen& s) { s.wrong->me = an(); }), Recipe::find_address, "SID"},
      {"--me is a page",
       changed(asked(),
               [](Seen& s) { s.right->me = Me{.status = 200, .is_page = true, .body = "Hi an!"}; }),
       Recipe::write_pattern, "SID"},
      {"another host", changed(plain(), [](Seen& s) { s.elsewhere = "https://sso.example"; }),
       Recipe::other_host},
      {"locked",
       changed(same(answer(429)), [](Seen& s) { s.stopped = "the portal asks to slow down"; }),
       Recipe::stopped},
      {"Basic", changed(Seen{}, [](Seen& s) { s.kind = Seen::Page::basic; }), Recipe::basic, "",
       true},
      {"Basic, refused",
       changed(Seen{},
               [](Seen& s) {
                 s.kind = Seen::Page::basic;
                 s.basic = Trial{.answer = answer(401), .me = {}};
               }),
       Recipe::refused, "", true},
      {"no form, no way in",
       changed(Seen{}, [](Seen& s) { s.json_right = Trial{.answer = answer(404), .me = {}}; }),
       Recipe::cannot_tell},
  };
  for (const Case& each : cases) {
    const Advice advice = advise(each.seen);
    EXPECT_EQ(advice.recipe, each.recipe) << each.what;
    EXPECT_EQ(advice.session_cookie, each.session) << each.what;
    EXPECT_EQ(advice.must_gate(), each.gate) << each.what;
    // Lines to copy come with a proof, and with nothing less.
    const bool proven = each.recipe == Recipe::asked || each.recipe == Recipe::announced ||
                        each.recipe == Recipe::write_pattern;
    EXPECT_EQ(make_report(each.seen, advice).location.empty(), !proven) << each.what;
  }
}

TEST(Advice, MindsWhatElseWasSeen) {
  EXPECT_THAT(advise(changed(asked(), [](Seen& s) { s.me_before = nobody(404); })).cautions,
              Contains(Caution::me_unclear));
  EXPECT_THAT(advise(changed(asked(), [](Seen& s) { s.query = s.right; })).cautions,
              Contains(Caution::by_get));
  EXPECT_THAT(advise(changed(asked(), [](Seen& s) { s.query = s.wrong; })).cautions,
              Not(Contains(Caution::by_get)));
  EXPECT_THAT(advise(changed(plain(), [](Seen& s) { s.right->answer.cookies = {}; })).cautions,
              Contains(Caution::no_cookie));
  EXPECT_THAT(advise(asked()).cautions, IsEmpty());
}

TEST(Advice, ComparesAttemptsWithTheRightOne) {
  Seen seen = plain();
  seen.bare = seen.right;
  seen.head = Trial{.answer = answer(200), .me = {}};
  EXPECT_EQ(lets_in(seen, Attempt::bare), Entry::yes);
  EXPECT_EQ(lets_in(seen, Attempt::head), Entry::no);
  EXPECT_EQ(lets_in(seen, Attempt::query), Entry::unknown);
  seen.right->answer.cookies = {};  // nothing is left to compare
  EXPECT_EQ(lets_in(seen, Attempt::head), Entry::unknown);
}

TEST(Report, WritesWordsThatNginxReads) {
  Seen seen = asked();
  seen.locations = {"/a b"};
  seen.right->me = Me{.status = 200, .body = R"({"a \"b":"an"})"};
  const Report report = make_report(seen, advise(seen));
  EXPECT_THAT(report.location, Contains("location = \"/a b\" {"));
  EXPECT_THAT(report.location, Contains(HasSubstr(R"("ask_account=json:/a \"b")")));
}

}  // namespace
}  // namespace vneid::probe
