#include <gtest/gtest.h>

#include "identity/same_person.hpp"
#include "unit/identity/identity_pair.hpp"

namespace vneid::identity {
namespace {

using namespace test;
using enum LinkReason;

TEST(SamePerson, NumberOnlyTyped) {
  const auto typed = [](Pair& p) { p.legacy.number_status = FieldStatus::self_entered; };
  const auto allowed = [typed](Pair& p) {
    typed(p);
    p.policy.allow_self_entered = true;
  };
  check({
      {"default", typed, LinkOutcome::verify_first, {number_not_verified}},
      {"status lost",
       [](Pair& p) { p.legacy.number_status = FieldStatus::empty; },
       LinkOutcome::verify_first,
       {number_not_verified}},
      {"allowed", allowed, LinkOutcome::link_flagged, {number_not_verified, self_entered_allowed}},
      {"allowed, status lost",
       [&](Pair& p) {
         allowed(p);
         p.legacy.number_status = FieldStatus::empty;
       },
       LinkOutcome::verify_first,
       {number_not_verified}},
      {"allowed, but VNeID first",
       [&](Pair& p) {
         allowed(p);
         p.legacy.login_proven = false;
       },
       LinkOutcome::verify_first,
       {number_not_verified}},
      {"allowed, but loose name",
       [&](Pair& p) {
         allowed(p);
         p.legacy.name = name("LE HOANG");
       },
       LinkOutcome::verify_first,
       {number_not_verified, name_only_loosely_equal}},
      {"allowed, but year only",
       [&](Pair& p) {
         allowed(p);
         p.provider.birth_date = born("1989");
       },
       LinkOutcome::verify_first,
       {number_not_verified, birth_date_not_full}},
      {"allowed, but the number differs",
       [&](Pair& p) {
         allowed(p);
         p.legacy.number = number("052089999998");
       },
       LinkOutcome::refuse_number,
       {number_differs, number_not_verified}},
  });
}

TEST(SamePerson, NumberDiffersOrIsMissing) {
  check({
      {"differs, all else equal",
       [](Pair& p) { p.legacy.number = number("052089999998"); },
       LinkOutcome::refuse_number,
       {number_differs}},
      {"differs, self-entered",
       [](Pair& p) {
         p.legacy.number = number("052089999998");
         p.legacy.number_status = FieldStatus::self_entered;
       },
       LinkOutcome::refuse_number,
       {number_differs, number_not_verified}},
      {"differs at level 1: told about the level, recorded both",
       [](Pair& p) {
         p.legacy.number = number("052089999998");
         p.provider.level = 1;
       },
       LinkOutcome::refuse_level,
       {level_too_low, number_differs}},
      {"CMND only",
       [](Pair& p) {
         p.legacy.number.reset();
         p.legacy.number_status = FieldStatus::empty;
         p.legacy.cmnd = Cmnd::parse("215123489").value();
       },
       LinkOutcome::verify_first,
       {legacy_only_cmnd}},
      {"no number at all",
       [](Pair& p) {
         p.legacy.number.reset();
         p.legacy.number_status = FieldStatus::empty;
       },
       LinkOutcome::verify_first,
       {legacy_number_missing}},
      {"the provider tells no number",
       [](Pair& p) { p.provider.number.reset(); },
       LinkOutcome::refuse_incomplete,
       {provider_number_missing}},
      {"no number on either side",
       [](Pair& p) {
         p.legacy.number.reset();
         p.provider.number.reset();
       },
       LinkOutcome::refuse_incomplete,
       {provider_number_missing, legacy_number_missing}},
  });
}

TEST(SamePerson, LevelKindAndClosedAccounts) {
  check({
      {"level 1",
       [](Pair& p) { p.provider.level = 1; },
       LinkOutcome::refuse_level,
       {level_too_low}},
      {"level 0",
       [](Pair& p) { p.provider.level = 0; },
       LinkOutcome::refuse_level,
       {level_too_low}},
      {"level unknown",
       [](Pair& p) { p.provider.level.reset(); },
       LinkOutcome::refuse_level,
       {level_unknown}},
      {"level 1 where the configuration asks for 1",
       [](Pair& p) {
         p.provider.level = 1;
         p.policy.required_level = 1;
       },
       LinkOutcome::refuse_level,
       {level_too_low}},
      {"level 2 where the configuration asks for 3",
       [](Pair& p) { p.policy.required_level = 3; },
       LinkOutcome::refuse_level,
       {level_too_low}},
      {"CMND only at level 1",
       [](Pair& p) {
         p.provider.level = 1;
         p.legacy.number.reset();
         p.legacy.cmnd = Cmnd::parse("215123489").value();
       },
       LinkOutcome::refuse_level,
       {level_too_low, legacy_only_cmnd}},
      {"organisation at the portal",
       [](Pair& p) { p.legacy.kind = AccountKind::organization; },
       LinkOutcome::refuse_kind,
       {legacy_organization}},
      {"organisation at the provider",
       [](Pair& p) { p.provider.kind = AccountKind::organization; },
       LinkOutcome::refuse_kind,
       {provider_organization}},
      {"organisation on both sides",
       [](Pair& p) { p.legacy.kind = p.provider.kind = AccountKind::organization; },
       LinkOutcome::refuse_kind,
       {legacy_organization, provider_organization}},
      {"kind unknown at the portal",
       [](Pair& p) { p.legacy.kind = AccountKind::unknown; },
       LinkOutcome::refuse_kind,
       {legacy_kind_unknown}},
      {"kind unknown at the provider",
       [](Pair& p) { p.provider.kind = AccountKind::unknown; },
       LinkOutcome::refuse_kind,
       {provider_kind_unknown}},
      {"closed",
       [](Pair& p) { p.legacy.closed = true; },
       LinkOutcome::refuse_closed,
       {account_closed}},
  });
}

TEST(SamePerson, WhatTheNumberImpliesOnlyFlags) {
  check({
      {"birth year corrected later",
       [](Pair& p) { p.legacy.birth_date = p.provider.birth_date = born("07/03/1990"); },
       LinkOutcome::link_flagged,
       {number_birth_year_differs}},
      {"sex changed later",
       [](Pair& p) { p.legacy.sex = p.provider.sex = Sex::female; },
       LinkOutcome::link_flagged,
       {number_sex_differs}},
      {"born abroad",
       [](Pair& p) { p.legacy.number = p.provider.number = number("101089999999"); },
       LinkOutcome::link_flagged,
       {number_province_unknown}},
  });
}

TEST(SamePerson, EmptyIdentitiesNeverLink) {
  EXPECT_FALSE(decide({}, {}, {}).links());
  EXPECT_FALSE(decide({}, {}, {.required_level = 0, .allow_self_entered = true}).links());
}

}  // namespace
}  // namespace vneid::identity
