#include "policy/notice.hpp"

#include <optional>

#include <gtest/gtest.h>

namespace vneid::policy {
namespace {

using std::chrono::hours;

const Wall now = parse_instant("2024-06-20T08:00:00+07:00").value();
constexpr Milliseconds week = std::chrono::days{7};
constexpr Milliseconds moment{1};

TEST(NoticeAgain, ComesWhenTheTimeIsUpAndNeverStaysAwayOtherwise) {
  const Rule notice{Mode::notice, {}, {}};
  const auto ends = [](Wall at) { return Rule{Mode::notice, at, {}}; };
  const struct {
    Rule rule;
    std::optional<Milliseconds> again;
    std::optional<Wall> skipped_at;
    bool spared;
  } table[] = {
      {notice, {}, now - hours{1}, false},  // at every login (R13)
      {notice, week, {}, false},            // never skipped
      {notice, week, now, true},
      {notice, week, now - hours{1}, true},
      {notice, week, now - week + moment, true},
      {notice, week, now - week, false},  // the time itself is over
      {notice, week, now - week - moment, false},
      {notice, week, now + moment, false},  // a clock was set back
      {ends(now + moment), week, now - hours{1}, true},
      {ends(now), week, now - hours{1}, false},  // from the instant on nobody skips
      {ends(now - hours{1}), week, now - hours{2}, false},
      {Rule{Mode::enforce, {}, {}}, week, now - hours{1}, false},
      {Rule{Mode::closed, {}, {}}, week, now - hours{1}, false},
      {Rule{Mode::notice, {}, now}, week, now - hours{1}, false},
      {Rule{Mode::observe, {}, {}}, week, now - hours{1}, false},  // nobody was going to be held
      {Rule{Mode::pass, {}, {}}, week, now - hours{1}, false},
  };
  int row = 0;
  for (const auto& [rule, again, skipped_at, spared] : table) {
    EXPECT_EQ(spares_notice(rule, again, skipped_at, now), spared) << "row " << row;
    ++row;
  }
}

}  // namespace
}  // namespace vneid::policy
