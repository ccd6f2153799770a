#include "policy/gate.hpp"

#include <gtest/gtest.h>

namespace vneid::policy {
namespace {

constexpr Wall before{std::chrono::seconds{1'719'766'799}};  // 2024-06-30 23:59:59 +07
constexpr Wall cut_over{std::chrono::seconds{1'719'766'800}};

/// Personal accounts cut over at `cut_over`; organisations pass.
Policy policy() {
  Policy made;
  made.personal.enforce = cut_over;
  return made;
}

constexpr Shown nothing{};
constexpr Shown password{.proof = Shown::Proof::legacy};
constexpr Shown office{.proof = Shown::Proof::legacy, .kind = Kind::organization};
constexpr Shown level1{.proof = Shown::Proof::vneid, .linked = true};
constexpr Shown unlinked{.proof = Shown::Proof::vneid, .level2 = true};
constexpr Shown whole{.proof = Shown::Proof::vneid, .linked = true, .level2 = true};

struct Row {
  const char* name;
  Shown shown;
  bool session_before, session_after, linked, level2;
};

TEST(Gate, LetsInByRequirementProofAndDate) {
  for (const Row& row : {Row{"nothing", nothing, true, false, false, false},
                         Row{"password", password, true, false, false, false},
                         Row{"office", office, true, true, false, false},
                         Row{"level 1", level1, true, true, true, false},
                         Row{"unlinked", unlinked, true, true, false, true},
                         Row{"whole", whole, true, true, true, true}}) {
    EXPECT_EQ(admits(Requirement::session, row.shown, policy(), before), row.session_before)
        << row.name;
    EXPECT_EQ(admits(Requirement::session, row.shown, policy(), cut_over), row.session_after)
        << row.name;
    for (const Wall now : {before, cut_over}) {
      EXPECT_EQ(admits(Requirement::linked, row.shown, policy(), now), row.linked) << row.name;
      EXPECT_EQ(admits(Requirement::level2, row.shown, policy(), now), row.level2) << row.name;
    }
  }
}

TEST(Gate, SessionIsLooseInTheModesThatLetPasswordsIn) {
  for (const Mode mode : {Mode::observe, Mode::notice, Mode::pass, Mode::enforce, Mode::closed}) {
    Policy made;
    made.personal.mode = mode;
    const bool loose = legacy_login_suffices(mode);
    EXPECT_EQ(admits(Requirement::session, nothing, made, before), loose) << to_text(mode);
    EXPECT_EQ(admits(Requirement::session, password, made, before), loose) << to_text(mode);
    EXPECT_TRUE(admits(Requirement::session, whole, made, before)) << to_text(mode);
  }
}

}  // namespace
}  // namespace vneid::policy
