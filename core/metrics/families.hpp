#pragma once

#include <array>
#include <tuple>
#include <type_traits>
#include <utility>

#include "metrics/labels.hpp"

namespace vneid::metrics {

/// Successful logins of the portal that nginx saw. `passed_linked`: the account is linked already;
/// `passed_kind`: policy does not ask this kind of account; `passed_skipped`: it was asked lately,
/// and pressed [Bỏ qua] (`vneid_notice again=`); `let_through_unasked`: a store could not be asked
/// (R36); `refused`: policy or an unreadable form kept it out.
VNEID_LABELS(Login, held, passed_linked, passed_kind, passed_skipped, let_through_unasked, refused);
/// What happened at the notice. `vneid`: the citizen was sent to the identity provider; `not_me`:
/// it is somebody else's account, and the login was given up.
VNEID_LABELS(Notice, shown, skipped, vneid, not_me);
/// The banner in the portal's own pages for who skipped the notice. `put_off`: [Để sau].
VNEID_LABELS(Banner, shown, put_off);
/// How callbacks ended. `signed_in`: VNeID first, without a legacy login; `repeated`: the answer of
/// an earlier one was given again.
VNEID_LABELS(Callback, linked, signed_in, repeated, review, mismatch, level, unverified_number,
             taken, cancelled, provider_refused, provider_away, population_away, no_match,
             stores_away, overloaded, expired, bad_request, no_account, portal_away, organization,
             account_closed, kept_out, internal);
/// New links only, not those found again.
VNEID_LABELS(Link, made);
/// Vault records at a link: carried to the person, or left with the account.
VNEID_LABELS(Record, moved, stayed);
/// Papers of the vault asked for in dossiers. `repeated`: the answer was given once more.
VNEID_LABELS(Reuse, reused, repeated, refused);
/// Error pages. In the order of pages::ErrorKind, so that a cast translates.
VNEID_LABELS(Refusal, level_too_low, mismatch, unverified_number, taken, cancelled, expired,
             ticket_used, provider_away, provider_refused, population_away, no_match, review,
             enforced, stores_away, overloaded, bad_request, not_found, method_not_allowed,
             too_large, csrf, no_account, portal_away, organization, account_closed, kept_out,
             internal);
/// Answers of the population database. `limited`: not asked, the rate was used up.
VNEID_LABELS(Population, match, no_match, limited, unavailable, review);
/// Decisions of `vneid_require`. `unknown`: the session could not be read (D7); `path`: refused by
/// `vneid_paths` before any location was chosen.
VNEID_LABELS(Gate, allowed, sent_to_login, unauthorized, unknown, path);
/// What was not kept in Redis for who had proven nothing, because his share or everybody's was used
/// up: a form sent to a gate, the start of a sign-in.
VNEID_LABELS(Quota, form, sign_in);
/// Sessions of the module's own pages, by what the citizen has proven.
VNEID_LABELS(SessionBegun, legacy, vneid);
VNEID_LABELS(SessionEnded, legacy, vneid);
/// Sessions of the portal that began in a location without `vneid_login`, where
/// `vneid_portal_cookie` names their cookie.
VNEID_LABELS(PortalSession, unwatched);
/// Decisions made without a store that should have been asked.
VNEID_LABELS(Outage, fail_open, fail_closed);
/// Calls that a store refused because it was not set up for us: no outage, and counted apart.
VNEID_LABELS(Misconfigured, redis, postgres);
/// Answers of our own two pages for operators.
VNEID_LABELS(Scrape, metrics, status);

/// A metric: what scrapes call it (without the suffix), its label, and what it tells.
template <class Labels>
struct Family {
  std::string_view name;
  std::string_view label;
  std::string_view help;
};

/// Every counter there is. A value more is a word more in its list above; a metric more is a list
/// above and a line here. The layout's version follows by itself.
inline constexpr std::tuple families{
    Family<Login>{"vneid_legacy_logins", "outcome", "Successful logins of the portal."},
    Family<Notice>{"vneid_notices", "event", "Notices shown, skips and starts at VNeID."},
    Family<Banner>{"vneid_banners", "event", "Banners shown in the portal's pages, and put off."},
    Family<Callback>{"vneid_callbacks", "result", "Callbacks of the identity provider."},
    Family<Link>{"vneid_links", "event", "Links of accounts with VNeID persons."},
    Family<Record>{"vneid_records", "event", "Vault records at the links made."},
    Family<Reuse>{"vneid_reuses", "outcome", "Papers of the vault asked for in dossiers."},
    Family<Refusal>{"vneid_refusals", "reason", "Error pages shown to citizens."},
    Family<Population>{"vneid_population_calls", "outcome", "Calls to the population database."},
    Family<Gate>{"vneid_gate_decisions", "decision", "Decisions of vneid_require."},
    Family<Quota>{"vneid_anonymous_refusals", "kept", "Requests above vneid_anonymous_limit."},
    Family<SessionBegun>{"vneid_sessions_begun", "proof", "Sessions of the module's pages begun."},
    Family<SessionEnded>{"vneid_sessions_ended", "proof", "Sessions ended before their time."},
    Family<PortalSession>{"vneid_portal_sessions", "begun",
                          "Sessions that the portal began where no login is watched."},
    Family<Outage>{"vneid_outage_decisions", "way", "Decisions made while a store was away."},
    Family<Misconfigured>{"vneid_misconfigured_calls", "store",
                          "Calls refused by a store that was not set up for the module."},
    Family<Scrape>{"vneid_scrapes", "page", "Answers of vneid_metrics and vneid_status."},
};

/// A family as the exposition walks over it.
struct FamilyView {
  std::string_view name;
  std::string_view label;
  std::string_view help;
  std::string_view words;
  std::size_t first = 0;  ///< place of its first counter
  std::size_t size = 0;
};

namespace detail {

template <class... Labels>
constexpr auto table_of(const std::tuple<Family<Labels>...>& all) {
  std::array<FamilyView, sizeof...(Labels)> table{};
  std::size_t at = 0;
  std::size_t first = 0;
  const auto add = [&](const auto& family, std::string_view list) {
    table[at++] = {family.name, family.label, family.help, list, first, count_words(list)};
    first += count_words(list);
  };
  (add(std::get<Family<Labels>>(all), words<Labels>), ...);
  return table;
}

template <class Wanted, class... Labels>
constexpr std::size_t place_of(const std::tuple<Family<Labels>...>& /*all*/) {
  std::size_t place = 0;
  bool found = false;
  ((found = found || std::is_same_v<Wanted, Labels>, place += found ? 0U : 1U), ...);
  return place;
}

}  // namespace detail

inline constexpr auto table = detail::table_of(families);
inline constexpr std::size_t counter_count = table.back().first + table.back().size;

/// An enum that counts something: one of the table's.
template <class Labels>
concept Counted = detail::place_of<Labels>(families) < table.size();

/// The place of a value's counter.
template <Counted Labels>
constexpr std::size_t place(Labels label) noexcept {
  return table[detail::place_of<Labels>(families)].first + static_cast<std::size_t>(label);
}

}  // namespace vneid::metrics
