#pragma once

#include <expected>
#include <optional>
#include <string>

#include <jansson.h>

#include "async/event_loop.hpp"
#include "identity/birth_date.hpp"
#include "identity/citizen_number.hpp"
#include "identity/same_person.hpp"
#include "oidc/jose/secret.hpp"
#include "oidc/provider_settings.hpp"

namespace vneid::oidc {

/// A person as a provider told it in an answer whose checks all held. What the provider did not
/// tell, or not in a form we understand, is absent, never guessed.
struct VerifiedIdentity {
  std::string issuer;
  std::string subject;  ///< with the issuer, the person's permanent name at the provider
  /// `NumberError::empty`: not told. Others: told, but no citizen's number.
  std::expected<identity::CitizenNumber, identity::NumberError> citizen_id =
      std::unexpected{identity::NumberError::empty};
  std::string name;  ///< cleaned for showing (identity::clean_name); empty: none
  std::optional<identity::BirthDate> birth_date;
  std::optional<identity::Sex> sex;
  std::optional<int> level;  ///< 0 to 9
  identity::AccountKind kind = identity::AccountKind::unknown;
  Secret id_token;  ///< as received, for the hint of RP-initiated logout
  std::string sid;  ///< the provider's session, of the ID token alone; empty: not told
  /// When the person proved to the provider who they are (`auth_time`, of the ID token alone).
  std::optional<Wall> authenticated_at;

  /// The same for the same-person decision.
  [[nodiscard]] identity::ProviderIdentity for_decision() const;
};

/// Reads the claims that `names` names, out of the merged claims of ID token and userinfo. Leaves
/// `id_token` and `sid` empty. `now` bounds years of birth.
VerifiedIdentity map_claims(const json_t* claims, const ClaimNames& names, Wall now);

/// The permanent name of a person in userinfo of profile `vneid-direct`, whose answers need not
/// have a `sub`: `sub` if told, else `TechID`, else the citizen's number, each marked as what it
/// is; empty when none is told. It is stored under its keyed hash only (link::subject_key), as
/// every subject is. Must not be logged.
std::string direct_subject(const json_t* claims, const VerifiedIdentity& person);

/// A level of identification: an integer, its text ("2"), the form "LoA2", or an array or list of
/// these, separated by blanks or commas, of which the highest counts (domain.md §4.3). Nothing when
/// no level is told; nothing ever raises an unknown level.
std::optional<int> read_level(const json_t* value);

/// Whether a level is enough (R28). Unknown is not.
constexpr bool level_satisfied(int required, std::optional<int> level) noexcept {
  return level.has_value() && *level >= required;
}

}  // namespace vneid::oidc
