#include "policy/policy.hpp"

#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>

#include "text/date.hpp"

namespace vneid::policy {

namespace {

std::optional<int> digits(std::string_view text, std::size_t at, std::size_t count) {
  if (at + count > text.size()) return std::nullopt;
  int value = 0;
  for (const char c : text.substr(at, count)) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

std::optional<std::chrono::sys_days> read_day(std::string_view text) {
  const auto year = digits(text, 0, 4);
  const auto month = digits(text, 5, 2);
  const auto day = digits(text, 8, 2);
  if (!year || !month || !day || text[4] != '-' || text[7] != '-') return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{*year},
                                         std::chrono::month{static_cast<unsigned>(*month)},
                                         std::chrono::day{static_cast<unsigned>(*day)}};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days{date};
}

/// "Z", "+07:00", "-05:30".
std::optional<std::chrono::minutes> read_offset(std::string_view text) {
  if (text == "Z") return std::chrono::minutes{0};
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') return std::nullopt;
  const auto hours = digits(text, 1, 2);
  const auto minutes = digits(text, 4, 2);
  if (!hours || !minutes || *hours > 23 || *minutes > 59) return std::nullopt;
  const std::chrono::minutes offset{*hours * 60 + *minutes};
  return text[0] == '-' ? -offset : offset;
}

}  // namespace

const Rule& Policy::of(Kind kind) const noexcept {
  switch (kind) {
    case Kind::organization:
      return organization;
    case Kind::foreign:
      return foreign;
    case Kind::personal:
      break;
  }
  return personal;
}

Rule& Policy::of(Kind kind) noexcept {
  return const_cast<Rule&>(static_cast<const Policy&>(*this).of(kind));
}

Mode mode_at(const Rule& rule, Wall now) noexcept {
  if (rule.mode == Mode::closed || (rule.closed && now >= *rule.closed)) return Mode::closed;
  if (rule.enforce && now >= *rule.enforce) return Mode::enforce;
  return rule.mode;
}

bool goes_on_unjudged(const OnFailure& rule, Mode mode) noexcept {
  switch (mode) {
    case Mode::pass:
      return true;
    case Mode::observe:
    case Mode::notice:
      return rule.notice_open;
    case Mode::enforce:
      return rule.enforce_open;
    case Mode::closed:
      break;
  }
  return false;
}

Wall rehearsed(const RehearsalClock& clock, Wall machine) noexcept {
  return clock.stopped ? clock.instant : clock.instant + (machine - clock.set_at);
}

std::optional<Change> next_change(const Rule& rule, Wall now) noexcept {
  const Mode mode = mode_at(rule, now);
  if (mode == Mode::closed) return std::nullopt;
  if (rule.enforce && now < *rule.enforce) return Change{*rule.enforce, Mode::enforce};
  if (rule.closed) return Change{*rule.closed, Mode::closed};
  return std::nullopt;
}

bool legacy_login_suffices(Mode mode) noexcept {
  return mode != Mode::enforce && mode != Mode::closed;
}

std::optional<int> days_left(Wall now, Wall until) noexcept {
  if (now >= until) return std::nullopt;
  // The last day that is left ends with the instant before `until`.
  const auto last = text::day_in_vietnam(until - Milliseconds{1});
  return static_cast<int>((last - text::day_in_vietnam(now)).count());
}

std::expected<Wall, std::string> parse_instant(std::string_view text) {
  constexpr std::size_t date_size = 10;
  constexpr std::size_t time_size = 19;
  const auto wrong = [] {
    return std::unexpected(
        std::string{"expected e.g. 2024-07-01T00:00:00+07:00, or 2024-07-01 for its midnight in "
                    "Vietnam"});
  };
  if (text.size() < date_size) return wrong();
  const auto day = read_day(text);
  if (!day) return wrong();
  if (text.size() == date_size)
    return Wall{std::chrono::time_point_cast<Milliseconds>(*day)} - text::vietnam;
  if (text.size() < time_size + 1 || text[10] != 'T' || text[13] != ':' || text[16] != ':') {
    return wrong();
  }
  const auto hour = digits(text, 11, 2);
  const auto minute = digits(text, 14, 2);
  const auto second = digits(text, 17, 2);
  const auto offset = read_offset(text.substr(time_size));
  if (!hour || !minute || !second || !offset) return wrong();
  if (*hour > 23 || *minute > 59 || *second > 59) return wrong();
  return Wall{std::chrono::time_point_cast<Milliseconds>(*day)} + std::chrono::hours{*hour} +
         std::chrono::minutes{*minute} + std::chrono::seconds{*second} - *offset;
}

std::string rule_problem(const Rule& rule) {
  if (rule.enforce && (rule.mode == Mode::enforce || rule.mode == Mode::closed)) {
    return "\"enforce=\" names the instant of a change to enforce, and the mode is \"" +
           std::string{to_text(rule.mode)} + "\" already";
  }
  if (rule.closed && rule.mode == Mode::closed) {
    return "\"closed=\" names the instant of a change to closed, and the mode is \"closed\" "
           "already";
  }
  if (rule.enforce && rule.closed && *rule.closed <= *rule.enforce) {
    return "\"closed=\" must come after \"enforce=\"";
  }
  return {};
}

std::string_view to_text(Mode mode) noexcept {
  switch (mode) {
    case Mode::observe:
      return "observe";
    case Mode::notice:
      return "notice";
    case Mode::enforce:
      return "enforce";
    case Mode::closed:
      return "closed";
    case Mode::pass:
      break;
  }
  return "pass";
}

std::optional<Mode> mode_from_text(std::string_view text) noexcept {
  for (const Mode mode : {Mode::observe, Mode::notice, Mode::enforce, Mode::closed, Mode::pass}) {
    if (to_text(mode) == text) return mode;
  }
  return std::nullopt;
}

std::string_view to_text(Kind kind) noexcept {
  switch (kind) {
    case Kind::personal:
      return "personal";
    case Kind::organization:
      return "organization";
    case Kind::foreign:
      break;
  }
  return "foreign";
}

std::optional<Kind> kind_from_text(std::string_view text) noexcept {
  for (const Kind kind : {Kind::personal, Kind::organization, Kind::foreign}) {
    if (to_text(kind) == text) return kind;
  }
  return std::nullopt;
}

}  // namespace vneid::policy
