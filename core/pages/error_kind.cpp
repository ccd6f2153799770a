#include "pages/error_kind.hpp"

#include <array>

namespace vneid::pages {

namespace {

struct Row {
  ErrorKind kind;
  ErrorStatus status;
  Tone tone;
  std::string_view id;
};

using enum ErrorKind;

// Refusals that concern the person are 403 or 409, not 401: there is no WWW-Authenticate to offer.
// Cancelling is no failure of a request. 410 says that asking again will not help.
constexpr std::array rows{
    Row{level_too_low, {403}, Tone::warning, "err.level1"},
    Row{mismatch, {403}, Tone::error, "err.mismatch"},
    Row{unverified_number, {403}, Tone::warning, "err.nopid"},
    Row{taken, {409}, Tone::error, "err.taken"},
    Row{cancelled, {200}, Tone::info, "err.cancel"},
    Row{expired, {410}, Tone::warning, "err.expired"},
    Row{ticket_used, {409}, Tone::warning, "err.used"},
    Row{provider_away, {503, 30}, Tone::warning, "err.idp"},
    Row{provider_refused, {502}, Tone::warning, "err.provider"},
    Row{population_away, {503, 60}, Tone::warning, "err.csdl"},
    Row{no_match, {404}, Tone::warning, "err.notfound"},
    Row{review, {200}, Tone::info, "err.review"},
    Row{enforced, {403}, Tone::warning, "enforce"},
    Row{stores_away, {503, 10}, Tone::warning, "err.stores"},
    Row{overloaded, {503, 5}, Tone::warning, "err.busy"},
    Row{bad_request, {400}, Tone::error, "err.bad_request"},
    Row{not_found, {404}, Tone::info, "err.page"},
    Row{method_not_allowed, {405}, Tone::error, "err.method"},
    Row{too_large, {413}, Tone::error, "err.too_large"},
    Row{csrf, {403}, Tone::warning, "err.csrf"},
    Row{no_account, {403}, Tone::info, "err.no_account"},
    Row{portal_away, {502}, Tone::warning, "err.portal"},
    Row{organization, {403}, Tone::warning, "err.organization"},
    Row{account_closed, {403}, Tone::warning, "err.closed"},
    Row{kept_out, {403}, Tone::warning, "err.kept_out"},
    Row{internal, {500}, Tone::error, "err.internal"},
};

constexpr auto kinds = [] {
  std::array<ErrorKind, rows.size()> all{};
  for (std::size_t i = 0; i < rows.size(); ++i) all[i] = rows[i].kind;
  return all;
}();

constexpr bool in_order() {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (static_cast<std::size_t>(rows[i].kind) != i) return false;
  }
  return rows.back().kind == internal;
}
static_assert(in_order(), "one row an ErrorKind, in the order of the enum");

const Row& row(ErrorKind kind) noexcept { return rows[static_cast<std::size_t>(kind)]; }

}  // namespace

std::span<const ErrorKind> all_error_kinds() noexcept { return kinds; }
ErrorStatus error_status(ErrorKind kind) noexcept { return row(kind).status; }
Tone tone(ErrorKind kind) noexcept { return row(kind).tone; }
std::string_view string_id(ErrorKind kind) noexcept { return row(kind).id; }

}  // namespace vneid::pages
