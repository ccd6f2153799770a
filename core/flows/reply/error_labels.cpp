#include "flows/reply/error_labels.hpp"

#include <array>

namespace vneid::flows {

namespace {

using metrics::Callback;
using metrics::Refusal;
using pages::ErrorKind;

struct Row {
  ErrorKind kind;
  Refusal refusal;
  Callback callback;
};

// A callback never ends with some of these; they count as what they would be then.
constexpr std::array rows{
    Row{ErrorKind::level_too_low, Refusal::level_too_low, Callback::level},
    Row{ErrorKind::mismatch, Refusal::mismatch, Callback::mismatch},
    Row{ErrorKind::unverified_number, Refusal::unverified_number, Callback::unverified_number},
    Row{ErrorKind::taken, Refusal::taken, Callback::taken},
    Row{ErrorKind::cancelled, Refusal::cancelled, Callback::cancelled},
    Row{ErrorKind::expired, Refusal::expired, Callback::expired},
    Row{ErrorKind::ticket_used, Refusal::ticket_used, Callback::expired},
    Row{ErrorKind::provider_away, Refusal::provider_away, Callback::provider_away},
    Row{ErrorKind::provider_refused, Refusal::provider_refused, Callback::provider_refused},
    Row{ErrorKind::population_away, Refusal::population_away, Callback::population_away},
    Row{ErrorKind::no_match, Refusal::no_match, Callback::no_match},
    Row{ErrorKind::review, Refusal::review, Callback::review},
    Row{ErrorKind::enforced, Refusal::enforced, Callback::internal},
    Row{ErrorKind::stores_away, Refusal::stores_away, Callback::stores_away},
    Row{ErrorKind::overloaded, Refusal::overloaded, Callback::overloaded},
    Row{ErrorKind::bad_request, Refusal::bad_request, Callback::bad_request},
    Row{ErrorKind::not_found, Refusal::not_found, Callback::bad_request},
    Row{ErrorKind::method_not_allowed, Refusal::method_not_allowed, Callback::bad_request},
    Row{ErrorKind::too_large, Refusal::too_large, Callback::bad_request},
    Row{ErrorKind::csrf, Refusal::csrf, Callback::bad_request},
    Row{ErrorKind::no_account, Refusal::no_account, Callback::no_account},
    Row{ErrorKind::portal_away, Refusal::portal_away, Callback::portal_away},
    Row{ErrorKind::organization, Refusal::organization, Callback::organization},
    Row{ErrorKind::account_closed, Refusal::account_closed, Callback::account_closed},
    Row{ErrorKind::kept_out, Refusal::kept_out, Callback::kept_out},
    Row{ErrorKind::internal, Refusal::internal, Callback::internal},
};

constexpr bool in_order() {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (static_cast<std::size_t>(rows[i].kind) != i) return false;
  }
  return rows.back().kind == ErrorKind::internal;
}
static_assert(in_order(), "one row an ErrorKind, in the order of the enum");

const Row& row(ErrorKind kind) noexcept { return rows[static_cast<std::size_t>(kind)]; }

}  // namespace

Refusal refusal_of(ErrorKind kind) noexcept { return row(kind).refusal; }

Callback callback_of(ErrorKind kind) noexcept { return row(kind).callback; }

}  // namespace vneid::flows
