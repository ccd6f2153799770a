#include <functional>
#include <optional>
#include <set>
#include <string_view>

#include <gtest/gtest.h>

#include "identity/same_person.hpp"
#include "unit/identity/identity_pair.hpp"

namespace vneid::identity {
namespace {

using namespace test;
using enum LinkReason;

/// What refuses before anything is compared, and the one case that does not.
struct Gate {
  AccountKind legacy = AccountKind::personal;
  AccountKind provider = AccountKind::personal;
  bool closed = false;
};

constexpr Gate gates[] = {
    {},
    {.legacy = AccountKind::organization},
    {.legacy = AccountKind::unknown},
    {.provider = AccountKind::organization},
    {.provider = AccountKind::unknown},
    {.closed = true},
};

/// Every name, date, sex and switch, beside what `p` already says.
void for_every_person(Pair& p, const std::function<void(const Pair&)>& visit) {
  const std::optional<NameKeys> names[] = {name("Lê Hoàng"), std::nullopt, name("LE HOANG"),
                                           name("Lê Hùng")};
  const std::optional<BirthDate> dates[] = {born("07/03/1989"), std::nullopt, born("1989"),
                                            born("08/03/1989"), born("01/01/1989")};
  for (int name_at = 0; name_at < 8; ++name_at) {
    for (int date_at = 0; date_at < 15; ++date_at) {
      for (int bits = 0; bits < 16; ++bits) {
        p.provider.name = names[name_at % 2];
        p.legacy.name = names[name_at / 2];
        p.provider.birth_date = dates[date_at % 3];
        p.legacy.birth_date = dates[date_at / 3];
        p.legacy.sex = (bits & 1) != 0 ? Sex::female : Sex::male;
        p.legacy.login_proven = (bits & 2) != 0;
        p.policy.allow_self_entered = (bits & 4) != 0;
        p.legacy.verified_outside = (bits & 8) != 0;
        visit(p);
      }
    }
  }
}

/// Every combination of what the two sides can be.
void for_every_pair(const std::function<void(const Pair&)>& visit) {
  const std::optional<CitizenNumber> numbers[] = {number("052089999999"), std::nullopt,
                                                  number("052089999998")};
  const std::optional<int> levels[] = {std::nullopt, 1, 2, 3};
  const FieldStatus statuses[] = {FieldStatus::verified, FieldStatus::self_entered,
                                  FieldStatus::empty};
  Pair p;
  for (const Gate& gate : gates) {
    for (const auto& level : levels) {
      for (const int required : {-1, 3}) {
        for (int number_at = 0; number_at < 18; ++number_at) {
          p.legacy.kind = gate.legacy;
          p.provider.kind = gate.provider;
          p.legacy.closed = gate.closed;
          p.provider.level = level;
          p.policy.required_level = required;
          p.provider.number = numbers[number_at % 2];
          p.legacy.number = numbers[number_at / 2 % 3];
          p.legacy.number_status = statuses[number_at / 6];
          for_every_person(p, visit);
        }
      }
    }
  }
}

/// The rule in one piece, written apart from the code: what must hold wherever something links.
bool sound(const Pair& p) {
  const LegacyIdentity& ours = p.legacy;
  const ProviderIdentity& theirs = p.provider;
  if (!ours.number || !ours.name || !ours.birth_date || !theirs.name || !theirs.birth_date) {
    return false;
  }
  const bool strict = ours.name->strict == theirs.name->strict;
  const bool full = fully_equal(*ours.birth_date, *theirs.birth_date);
  const bool controlled = ours.login_proven || ours.verified_outside;
  const bool number_trusted = (ours.number_status == FieldStatus::verified && controlled) ||
                              (p.policy.allow_self_entered && ours.login_proven && strict && full &&
                               ours.number_status == FieldStatus::self_entered);
  return ours.number == theirs.number && number_trusted && theirs.level >= 2 &&
         theirs.level >= p.policy.required_level && ours.kind == AccountKind::personal &&
         theirs.kind == AccountKind::personal && !ours.closed &&
         ours.name->loose == theirs.name->loose && ours.sex != Sex::female &&
         compatible(*ours.birth_date, *theirs.birth_date) && (strict || full);
}

TEST(SamePerson, LinksExactlyWhereTheRuleHolds) {
  std::size_t linked = 0;
  std::size_t wrong = 0;
  std::set<LinkOutcome> outcomes;
  for_every_pair([&](const Pair& p) {
    const LinkDecision decision = p.decide();
    outcomes.insert(decision.outcome);
    if (decision.links()) ++linked;
    if (decision.links() != sound(p)) ++wrong;
  });
  EXPECT_EQ(wrong, 0U);
  EXPECT_GT(linked, 50U) << "were it zero, nothing would have been shown";
  EXPECT_EQ(outcomes.size(), 10U) << "all but those of the link transaction";
}

TEST(SamePerson, EveryOutcomeAndReasonHasItsOwnName) {
  std::set<std::string_view> names;
  for (int i = 0; i <= static_cast<int>(LinkOutcome::taken_by_other); ++i) {
    EXPECT_TRUE(names.insert(to_text(static_cast<LinkOutcome>(i))).second);
  }
  for (int i = 0; i <= static_cast<int>(number_province_unknown); ++i) {
    EXPECT_TRUE(names.insert(to_text(static_cast<LinkReason>(i))).second);
  }
  EXPECT_EQ(names.count(""), 0U);
  EXPECT_EQ(to_text(number_province_unknown), "number_province_unknown");
}

}  // namespace
}  // namespace vneid::identity
