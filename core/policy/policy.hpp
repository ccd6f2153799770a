#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "async/event_loop.hpp"

/// The clock of the cut-over: which kind of account may do what at which instant (R1, R32–R34).
/// Pure: instants come in, modes go out; what is stored is UTC, what people name is +07.
namespace vneid::policy {

enum class Mode : std::uint8_t {
  observe,  ///< the login goes on; what the notice would have done is logged
  notice,   ///< the notice, with [Bỏ qua]
  enforce,  ///< the notice without [Bỏ qua]: only VNeID gets in
  closed,   ///< the portal's own login is refused
  pass,     ///< not intercepted
};

enum class Kind : std::uint8_t { personal, organization, foreign };

/// `vneid_policy KIND MODE [enforce=INSTANT] [closed=INSTANT]`.
struct Rule {
  Mode mode = Mode::notice;
  std::optional<Wall> enforce;  ///< from this instant on `enforce`
  std::optional<Wall> closed;   ///< from this instant on `closed`
};

/// Organisations and foreigners have dates of their own (R34), so they pass until somebody says
/// otherwise.
struct Policy {
  Rule personal{};
  Rule organization{.mode = Mode::pass, .enforce = {}, .closed = {}};
  Rule foreign{.mode = Mode::pass, .enforce = {}, .closed = {}};

  [[nodiscard]] const Rule& of(Kind kind) const noexcept;
  [[nodiscard]] Rule& of(Kind kind) noexcept;
};

/// `vneid_on_failure`: what becomes of a legacy login that cannot be judged, because Redis or
/// PostgreSQL is away (R36).
struct OnFailure {
  bool notice_open = true;    ///< in `notice` and `observe` it goes on, unasked
  bool enforce_open = false;  ///< in `enforce` it does not
};

/// Whether such a login goes on.
bool goes_on_unjudged(const OnFailure& rule, Mode mode) noexcept;

/// `vneid_clock`: another time than the machine's, for rehearsals.
struct RehearsalClock {
  Wall instant{};
  Wall set_at{};         ///< by the machine's clock
  bool stopped = false;  ///< otherwise it runs on from `instant`
};
Wall rehearsed(const RehearsalClock& clock, Wall machine) noexcept;

/// The mode at an instant: a named instant itself belongs to what it begins.
Mode mode_at(const Rule& rule, Wall now) noexcept;

struct Change {
  Wall at{};
  Mode to = Mode::enforce;
};
/// The next change by itself after `now`.
std::optional<Change> next_change(const Rule& rule, Wall now) noexcept;

/// Whether the portal's own login alone lets somebody in.
bool legacy_login_suffices(Mode mode) noexcept;

/// Midnights in Vietnam between `now` and `until`: what "Còn d ngày" counts; 0 on the last day
/// before. Nothing when it is over.
std::optional<int> days_left(Wall now, Wall until) noexcept;

/// "2024-07-01T00:00:00+07:00" (also with Z or another offset), or "2024-07-01": midnight in
/// Vietnam. The error says what is wrong.
std::expected<Wall, std::string> parse_instant(std::string_view text);

/// What makes a rule senseless, for `nginx -t`; empty: nothing.
std::string rule_problem(const Rule& rule);

std::string_view to_text(Mode mode) noexcept;
std::optional<Mode> mode_from_text(std::string_view text) noexcept;
std::string_view to_text(Kind kind) noexcept;
std::optional<Kind> kind_from_text(std::string_view text) noexcept;

}  // namespace vneid::policy
