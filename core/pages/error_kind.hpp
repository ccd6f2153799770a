#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace vneid::pages {

/// Why a person cannot have what they asked for: the rows of domain.md §5.8 that are pages, and
/// what a web server adds to them.
enum class ErrorKind : std::uint8_t {
  level_too_low,      ///< VNeID account below level 2, or of unknown level (R28)
  mismatch,           ///< the two identities are not one person; no detail is given
  unverified_number,  ///< no verified 12-digit number on the legacy account yet
  taken,              ///< linked with another account already
  cancelled,          ///< the citizen pressed cancel at the provider
  expired,            ///< flow, ticket or session over
  ticket_used,        ///< this login was used up already
  provider_away,      ///< identity provider unreachable, slow or answering 5xx
  provider_refused,   ///< identity provider answered with an error or with a proof that fails
  population_away,    ///< population database unreachable
  no_match,           ///< population database knows no such person
  review,             ///< an officer decides; `ErrorPage::review_code`
  enforced,           ///< the legacy account can no longer be used, from `effective_date`
  stores_away,        ///< Redis or PostgreSQL unreachable
  overloaded,         ///< too much to do at this moment
  bad_request,
  not_found,
  method_not_allowed,
  too_large,
  csrf,
  no_account,      ///< a VNeID login whose person has no account here
  portal_away,     ///< the portal gave no session for a VNeID login
  organization,    ///< an organisation's account, at the portal or at VNeID: no person to link to
  account_closed,  ///< the legacy account was closed, or merged into another
  kept_out,        ///< an officer has flagged the person: nothing opens until another one unflags
  internal,
};

/// Every ErrorKind, in order.
std::span<const ErrorKind> all_error_kinds() noexcept;

/// What a page of this kind is sent with.
struct ErrorStatus {
  int status = 500;     ///< HTTP status code
  int retry_after = 0;  ///< seconds, for a Retry-After header; 0: no such header
};
ErrorStatus error_status(ErrorKind kind) noexcept;

/// How grave the page looks: its icon and colour.
enum class Tone : std::uint8_t { info, warning, error };
Tone tone(ErrorKind kind) noexcept;

/// Id of the page's text in the string tables, as in domain.md §5.8; with ".title" its heading.
std::string_view string_id(ErrorKind kind) noexcept;

}  // namespace vneid::pages
