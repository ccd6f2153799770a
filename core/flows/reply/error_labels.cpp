#include "flows/reply/error_labels.hpp"

#include "async/event_loop.hpp"

namespace vneid::flows {

namespace {

using metrics::Callback;
using metrics::Refusal;
using pages::ErrorKind;

constexpr bool same(ErrorKind kind, Refusal refusal) {
  return static_cast<int>(kind) == static_cast<int>(refusal);
}

// refusal_of() casts: a kind that is put between others must be put there in both lists.
static_assert(same(ErrorKind::level_too_low, Refusal::level_too_low));
static_assert(same(ErrorKind::mismatch, Refusal::mismatch));
static_assert(same(ErrorKind::unverified_number, Refusal::unverified_number));
static_assert(same(ErrorKind::taken, Refusal::taken));
static_assert(same(ErrorKind::cancelled, Refusal::cancelled));
static_assert(same(ErrorKind::expired, Refusal::expired));
static_assert(same(ErrorKind::ticket_used, Refusal::ticket_used));
static_assert(same(ErrorKind::ticket_foreign, Refusal::ticket_foreign));
static_assert(same(ErrorKind::provider_away, Refusal::provider_away));
static_assert(same(ErrorKind::provider_refused, Refusal::provider_refused));
static_assert(same(ErrorKind::population_away, Refusal::population_away));
static_assert(same(ErrorKind::no_match, Refusal::no_match));
static_assert(same(ErrorKind::review, Refusal::review));
static_assert(same(ErrorKind::enforced, Refusal::enforced));
static_assert(same(ErrorKind::stores_away, Refusal::stores_away));
static_assert(same(ErrorKind::overloaded, Refusal::overloaded));
static_assert(same(ErrorKind::bad_request, Refusal::bad_request));
static_assert(same(ErrorKind::not_found, Refusal::not_found));
static_assert(same(ErrorKind::method_not_allowed, Refusal::method_not_allowed));
static_assert(same(ErrorKind::too_large, Refusal::too_large));
static_assert(same(ErrorKind::csrf, Refusal::csrf));
static_assert(same(ErrorKind::internal, Refusal::internal));
static_assert(static_cast<std::size_t>(ErrorKind::internal) + 1 == metrics::label_count<Refusal>);

}  // namespace

Refusal refusal_of(ErrorKind kind) noexcept { return static_cast<Refusal>(kind); }

Callback callback_of(ErrorKind kind) noexcept {
  switch (kind) {
    case ErrorKind::level_too_low:
      return Callback::level;
    case ErrorKind::mismatch:
      return Callback::mismatch;
    case ErrorKind::unverified_number:
      return Callback::unverified_number;
    case ErrorKind::taken:
      return Callback::taken;
    case ErrorKind::cancelled:
      return Callback::cancelled;
    case ErrorKind::expired:
    case ErrorKind::ticket_used:
    case ErrorKind::ticket_foreign:
      return Callback::expired;
    case ErrorKind::provider_away:
      return Callback::provider_away;
    case ErrorKind::provider_refused:
      return Callback::provider_refused;
    case ErrorKind::population_away:
      return Callback::population_away;
    case ErrorKind::no_match:
      return Callback::no_match;
    case ErrorKind::review:
      return Callback::review;
    case ErrorKind::stores_away:
      return Callback::stores_away;
    case ErrorKind::overloaded:
      return Callback::overloaded;
    case ErrorKind::bad_request:
    case ErrorKind::not_found:
    case ErrorKind::method_not_allowed:
    case ErrorKind::too_large:
    case ErrorKind::csrf:
      return Callback::bad_request;
    case ErrorKind::no_account:
      return Callback::no_account;
    case ErrorKind::portal_away:
      return Callback::portal_away;
    case ErrorKind::enforced:
    case ErrorKind::internal:
      break;
  }
  return Callback::internal;
}

}  // namespace vneid::flows
