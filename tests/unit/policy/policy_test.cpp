#include "policy/policy.hpp"

#include <gtest/gtest.h>

#include "text/date.hpp"

namespace vneid::policy {
namespace {

using std::chrono::seconds;

Wall at(std::string_view text) { return parse_instant(text).value(); }

const Wall enforce = at("2024-07-01T00:00:00+07:00");
const Wall closed = at("2024-12-31T17:00:00Z");

TEST(PolicyClock, ChangesAtTheInstantItself) {
  struct Row {
    Rule rule;
    Wall now;
    Mode expected;
  };
  const Rule both{Mode::notice, enforce, closed};
  const Rule only_closed{Mode::observe, {}, closed};
  const Rule organization{Mode::pass, enforce, {}};
  const Row table[] = {
      {both, enforce - seconds{1}, Mode::notice},
      {both, enforce - Milliseconds{1}, Mode::notice},
      {both, enforce, Mode::enforce},
      {both, enforce + seconds{1}, Mode::enforce},
      {both, closed - seconds{1}, Mode::enforce},
      {both, closed, Mode::closed},
      {both, closed + seconds{1}, Mode::closed},
      {only_closed, closed - seconds{1}, Mode::observe},
      {only_closed, closed, Mode::closed},
      {organization, enforce - seconds{1}, Mode::pass},
      {organization, enforce, Mode::enforce},
      {Rule{Mode::closed, {}, {}}, enforce, Mode::closed},
      {Rule{Mode::enforce, {}, closed}, enforce - seconds{1}, Mode::enforce},
      {Rule{Mode::notice, {}, {}}, closed, Mode::notice},
  };
  for (const Row& row : table) {
    EXPECT_EQ(mode_at(row.rule, row.now), row.expected)
        << to_text(row.rule.mode) << " " << row.now.time_since_epoch().count();
  }
}

TEST(PolicyClock, KnowsTheNextChange) {
  const Rule both{Mode::notice, enforce, closed};
  EXPECT_EQ(next_change(both, enforce - seconds{1})->at, enforce);
  EXPECT_EQ(next_change(both, enforce - seconds{1})->to, Mode::enforce);
  EXPECT_EQ(next_change(both, enforce)->at, closed);
  EXPECT_EQ(next_change(both, enforce)->to, Mode::closed);
  EXPECT_FALSE(next_change(both, closed));
  EXPECT_FALSE(next_change(Rule{}, enforce));
}

TEST(PolicyClock, MidnightIsVietnams) {
  EXPECT_EQ(at("2024-07-01"), enforce);
  EXPECT_EQ(at("2024-06-30T17:00:00Z"), enforce);
  EXPECT_EQ(at("2024-06-30T12:00:00-05:00"), enforce);
  EXPECT_EQ(at("2024-06-30T22:30:00+05:30"), enforce);
  EXPECT_EQ(text::date_for_people(enforce), "01/07/2024");
  EXPECT_EQ(text::date_for_people(enforce - Milliseconds{1}), "30/06/2024");
}

TEST(PolicyClock, RefusesWhatIsNoInstant) {
  for (const char* text :
       {"", "2024", "2024-7-1", "2024-02-30", "01/07/2024", "2024-07-01T", "2024-07-01T00:00:00",
        "2024-07-01 00:00:00+07:00", "2024-07-01T24:00:00+07:00", "2024-07-01T00:60:00Z",
        "2024-07-01T00:00:60Z", "2024-07-01T00:00:00+0700", "2024-07-01T00:00:00+24:00",
        "2024-07-01T00:00:00Z ", "2024-07-01x", "now"}) {
    EXPECT_FALSE(parse_instant(text)) << text;
  }
}

TEST(PolicyClock, CountsDaysAsPeopleDo) {
  EXPECT_EQ(days_left(at("2024-06-30T23:59:59+07:00"), enforce), 0);
  EXPECT_EQ(days_left(at("2024-06-30T00:00:00+07:00"), enforce), 0);
  EXPECT_EQ(days_left(at("2024-06-29T23:59:59+07:00"), enforce), 1);
  EXPECT_EQ(days_left(at("2024-06-01T08:00:00+07:00"), enforce), 29);
  EXPECT_FALSE(days_left(enforce, enforce));
  EXPECT_EQ(days_left(at("2024-06-30T23:00:00+07:00"), at("2024-07-01T12:00:00+07:00")), 1);
}

TEST(PolicyClock, RulesThatSayNothingAreRefused) {
  EXPECT_EQ(rule_problem({Mode::notice, enforce, closed}), "");
  EXPECT_EQ(rule_problem({Mode::enforce, {}, closed}), "");
  EXPECT_NE(rule_problem({Mode::enforce, enforce, {}}), "");
  EXPECT_NE(rule_problem({Mode::closed, {}, closed}), "");
  EXPECT_NE(rule_problem({Mode::notice, closed, enforce}), "");
  EXPECT_NE(rule_problem({Mode::notice, enforce, enforce}), "");
}

TEST(PolicyClock, NamesComeBack) {
  for (const char* name : {"observe", "notice", "enforce", "closed", "pass"}) {
    EXPECT_EQ(to_text(mode_from_text(name).value()), name);
  }
  for (const char* name : {"personal", "organization", "foreign"}) {
    EXPECT_EQ(to_text(kind_from_text(name).value()), name);
  }
  EXPECT_FALSE(mode_from_text("off"));
  EXPECT_FALSE(kind_from_text("organisation"));
  Policy policy;
  EXPECT_EQ(policy.of(Kind::personal).mode, Mode::notice);
  EXPECT_EQ(policy.of(Kind::organization).mode, Mode::pass);
  EXPECT_EQ(policy.of(Kind::foreign).mode, Mode::pass);
  EXPECT_TRUE(legacy_login_suffices(Mode::pass));
  EXPECT_FALSE(legacy_login_suffices(Mode::enforce));
}

}  // namespace
}  // namespace vneid::policy
