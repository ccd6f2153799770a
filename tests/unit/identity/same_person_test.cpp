#include "identity/same_person.hpp"

#include <gtest/gtest.h>

#include "unit/identity/identity_pair.hpp"

namespace vneid::identity {
namespace {

using namespace test;
using enum LinkReason;

TEST(SamePerson, NumberVerifiedAndNamesStrictlyEqual) {
  check({
      {"all equal", [](Pair&) {}, LinkOutcome::link, {}},
      {"tone placement, case and blanks",
       [](Pair& p) {
         p.legacy.name = name("  lê  HÒANG");
         p.provider.name = name("LÊ HOÀNG");
       },
       LinkOutcome::link,
       {}},
      {"the provider knows the year only",
       [](Pair& p) { p.provider.birth_date = born("1989"); },
       LinkOutcome::link,
       {birth_date_not_full}},
      {"the account knows month and year",
       [](Pair& p) { p.legacy.birth_date = born("03/1989"); },
       LinkOutcome::link,
       {birth_date_not_full}},
      {"1 January against the year only",
       [](Pair& p) {
         p.legacy.birth_date = born("01/01/1989");
         p.provider.birth_date = born("1989");
       },
       LinkOutcome::link_flagged,
       {birth_date_not_full, birth_date_new_year}},
      {"another day",
       [](Pair& p) { p.legacy.birth_date = born("08/03/1989"); },
       LinkOutcome::review,
       {birth_date_differs}},
      {"another year",
       [](Pair& p) { p.legacy.birth_date = born("1988"); },
       LinkOutcome::review,
       {birth_date_differs}},
      {"the account has no date of birth",
       [](Pair& p) { p.legacy.birth_date.reset(); },
       LinkOutcome::review,
       {birth_date_missing}},
      {"the provider tells no date of birth",
       [](Pair& p) { p.provider.birth_date.reset(); },
       LinkOutcome::review,
       {birth_date_missing}},
      {"VNeID first, number verified from outside",
       [](Pair& p) {
         p.legacy.login_proven = false;
         p.legacy.verified_outside = true;
       },
       LinkOutcome::link,
       {}},
      {"a proven login, number verified from outside",
       [](Pair& p) { p.legacy.verified_outside = true; },
       LinkOutcome::link,
       {}},
      {"VNeID first, number verified by whoever holds the account",
       [](Pair& p) { p.legacy.login_proven = false; },
       LinkOutcome::login_first,
       {control_not_proven}},
      {"the same, and another name: no officer is asked either",
       [](Pair& p) {
         p.legacy.login_proven = false;
         p.legacy.name = name("Lê Hùng");
       },
       LinkOutcome::login_first,
       {control_not_proven, name_differs}},
      {"level above the required one",
       [](Pair& p) { p.provider.level = 3; },
       LinkOutcome::link,
       {}},
      {"the account does not know the sex",
       [](Pair& p) { p.legacy.sex.reset(); },
       LinkOutcome::link,
       {}},
      {"the account has another sex",
       [](Pair& p) { p.legacy.sex = Sex::female; },
       LinkOutcome::review,
       {sex_differs}},
  });
}

TEST(SamePerson, NumberVerifiedAndNamesLooselyEqual) {
  check({
      {"typed without accents, same full date",
       [](Pair& p) { p.legacy.name = name("LE HOANG"); },
       LinkOutcome::link_flagged,
       {name_only_loosely_equal}},
      {"another tone, same full date",
       [](Pair& p) { p.legacy.name = name("Lê Hoang"); },
       LinkOutcome::link_flagged,
       {name_only_loosely_equal}},
      {"year only at the provider",
       [](Pair& p) {
         p.legacy.name = name("LE HOANG");
         p.provider.birth_date = born("1989");
       },
       LinkOutcome::review,
       {name_only_loosely_equal, birth_date_not_full}},
      {"year only on both sides",
       [](Pair& p) {
         p.legacy.name = name("LE HOANG");
         p.legacy.birth_date = p.provider.birth_date = born("1989");
       },
       LinkOutcome::review,
       {name_only_loosely_equal, birth_date_not_full}},
      {"1 January against the year",
       [](Pair& p) {
         p.legacy.name = name("LE HOANG");
         p.legacy.birth_date = born("01/01/1989");
         p.provider.birth_date = born("1989");
       },
       LinkOutcome::review,
       {name_only_loosely_equal, birth_date_not_full, birth_date_new_year}},
      {"another day",
       [](Pair& p) {
         p.legacy.name = name("LE HOANG");
         p.legacy.birth_date = born("08/03/1989");
       },
       LinkOutcome::review,
       {name_only_loosely_equal, birth_date_differs}},
      {"no date",
       [](Pair& p) {
         p.legacy.name = name("LE HOANG");
         p.legacy.birth_date.reset();
       },
       LinkOutcome::review,
       {name_only_loosely_equal, birth_date_missing}},
  });
}

TEST(SamePerson, NumberVerifiedAndNamesDiffer) {
  check({
      {"another name, same date",
       [](Pair& p) { p.legacy.name = name("Lê Hùng"); },
       LinkOutcome::review,
       {name_differs}},
      {"i and y",
       [](Pair& p) {
         p.legacy.name = name("Lê Mĩ");
         p.provider.name = name("Lê Mỹ");
       },
       LinkOutcome::review,
       {name_differs}},
      {"another name, another date",
       [](Pair& p) {
         p.legacy.name = name("Lê Hùng");
         p.legacy.birth_date = born("1988");
       },
       LinkOutcome::review,
       {name_differs, birth_date_differs}},
      {"no name in the account",
       [](Pair& p) { p.legacy.name.reset(); },
       LinkOutcome::review,
       {name_missing}},
      {"no name from the provider",
       [](Pair& p) { p.provider.name.reset(); },
       LinkOutcome::review,
       {name_missing}},
      {"no name on either side",
       [](Pair& p) {
         p.legacy.name.reset();
         p.provider.name.reset();
       },
       LinkOutcome::review,
       {name_missing}},
  });
}

}  // namespace
}  // namespace vneid::identity
