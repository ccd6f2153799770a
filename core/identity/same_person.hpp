#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "identity/birth_date.hpp"
#include "identity/citizen_number.hpp"
#include "identity/field.hpp"
#include "identity/name_key.hpp"

namespace vneid::identity {

enum class AccountKind : std::uint8_t { personal, organization, unknown };

/// The level below which no account links, whatever the configuration says (mức độ 2).
inline constexpr int least_level = 2;

/// The portal's account, as the database has it.
struct LegacyIdentity {
  AccountKind kind = AccountKind::unknown;
  bool closed = false;
  /// The account's own password login was seen in this very session. False in a login that began
  /// at VNeID.
  bool login_proven = false;
  std::optional<CitizenNumber> number;
  FieldStatus number_status = FieldStatus::empty;
  /// The number was verified from outside: an import, an officer, VNeID itself. Else its holder
  /// typed it and a register agreed, which everybody can have done who knows three facts of the
  /// person (D18).
  bool verified_outside = false;
  std::optional<Cmnd> cmnd;
  std::optional<NameKeys> name;
  std::optional<BirthDate> birth_date;
  std::optional<Sex> sex;
};

/// The person as the identity provider told it, after its answer was verified.
struct ProviderIdentity {
  /// `unknown` refuses. A provider that is known to have no organisations is mapped to `personal`
  /// by whoever reads its claims.
  AccountKind kind = AccountKind::unknown;
  std::optional<int> level;  ///< nothing: the provider did not tell one that we understand
  std::optional<CitizenNumber> number;
  std::optional<NameKeys> name;
  std::optional<BirthDate> birth_date;
  std::optional<Sex> sex;
};

/// What an installation may choose.
struct LinkPolicy {
  int required_level = least_level;  ///< a smaller value counts as `least_level`
  /// Links also a number that its owner only typed, if the strict name and the full date of birth
  /// are equal and the legacy login was proven.
  bool allow_self_entered = false;
};

enum class LinkOutcome : std::uint8_t {
  link,
  link_flagged,         ///< link, and show it to whoever reviews
  review,               ///< an officer decides; no link now
  login_first,          ///< whoever verified it may not be the person: the password must be proven
  verify_first,         ///< the citizen must first get the number verified (letter, steps 2 to 5)
  refuse_number,        ///< another person's number: no detail to the browser, security event
  refuse_level,         ///< the page about level 2
  refuse_kind,          ///< an organisation, on either side
  refuse_closed,        ///< the legacy account is closed
  refuse_incomplete,    ///< the provider told no usable number
  already_linked_same,  ///< never from decide(): the link transaction found this very link
  taken_by_other,       ///< never from decide(): account or VNeID person is linked otherwise
  kept_out,             ///< never from decide(): an officer keeps the person out
};

/// Why; for the audit log, which wants every circumstance, not only the deciding one.
enum class LinkReason : std::uint8_t {
  account_closed,
  legacy_organization,
  legacy_kind_unknown,
  provider_organization,
  provider_kind_unknown,
  level_unknown,
  level_too_low,
  provider_number_missing,
  legacy_number_missing,
  legacy_only_cmnd,
  number_differs,
  number_not_verified,
  control_not_proven,  ///< no password of the account was proven, and its holder verified it (D18)
  self_entered_allowed,
  name_missing,
  name_differs,
  name_only_loosely_equal,
  birth_date_missing,
  birth_date_differs,
  birth_date_not_full,
  birth_date_new_year,  ///< 01/01 against a year only
  sex_differs,
  number_sex_differs,         ///< warning: the number implies another sex than the provider told
  number_birth_year_differs,  ///< warning: the number implies another year of birth
  number_province_unknown,    ///< warning: born abroad, or not one of the 63 codes
};

struct LinkDecision {
  LinkOutcome outcome = LinkOutcome::review;
  std::vector<LinkReason> reasons;

  bool links() const noexcept {
    return outcome == LinkOutcome::link || outcome == LinkOutcome::link_flagged;
  }
};

/// Whether the two are one person. Pure: reads nothing else and keeps nothing. What is missing or
/// unknown never counts as equal.
LinkDecision decide(const LegacyIdentity& legacy, const ProviderIdentity& provider,
                    const LinkPolicy& policy);

/// Stable names for audit and API: "link_flagged", "number_differs", …
std::string_view to_text(LinkOutcome outcome) noexcept;
std::string_view to_text(LinkReason reason) noexcept;

}  // namespace vneid::identity
