#pragma once

#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "identity/same_person.hpp"

namespace vneid::identity::test {

inline constexpr int this_year = 2026;

inline std::optional<CitizenNumber> number(std::string_view text) {
  return CitizenNumber::parse(text, this_year).value();
}
inline std::optional<NameKeys> name(std::string_view text) { return NameKeys::make(text).value(); }
inline std::optional<BirthDate> born(std::string_view text) {
  return BirthDate::parse(text, this_year).value();
}

/// Two views of one person that link without a doubt; each row of a test changes something.
struct Pair {
  LegacyIdentity legacy{
      .kind = AccountKind::personal,
      .closed = false,
      .login_proven = true,
      .number = number("052089999999"),
      .number_status = FieldStatus::verified,
      .cmnd = std::nullopt,
      .name = name("Lê Hoàng"),
      .birth_date = born("07/03/1989"),
      .sex = Sex::male,
  };
  ProviderIdentity provider{
      .kind = AccountKind::personal,
      .level = 2,
      .number = number("052089999999"),
      .name = name("LÊ HOÀNG"),
      .birth_date = born("19890307"),
      .sex = Sex::male,
  };
  LinkPolicy policy;

  LinkDecision decide() const { return identity::decide(legacy, provider, policy); }
};

/// What is changed in the pair that links, and what must come of it.
struct Row {
  const char* what;
  std::function<void(Pair&)> change;
  LinkOutcome outcome;
  std::vector<LinkReason> reasons;
};

inline void check(const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    Pair pair;
    row.change(pair);
    const LinkDecision decision = pair.decide();
    EXPECT_EQ(to_text(decision.outcome), to_text(row.outcome)) << row.what;
    EXPECT_EQ(decision.reasons, row.reasons) << row.what;
  }
}

}  // namespace vneid::identity::test
