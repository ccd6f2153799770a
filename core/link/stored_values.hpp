#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "crypto/key_ring.hpp"
#include "identity/birth_date.hpp"
#include "identity/citizen_number.hpp"
#include "identity/field.hpp"
#include "ids.hpp"

/// How identities stand in the database: which look-up key finds them, and to what a sealed value
/// is bound. Login, link and import must agree on it, so it is said once, here (design D10).
namespace vneid::link {

/// Something stored does not open: the key ring has lost the key that sealed it, or the row was
/// tampered with.
class UnreadableValue : public std::runtime_error {
 public:
  /// `what` names the column, never the value.
  explicit UnreadableValue(const std::string& what)
      : std::runtime_error(what + " does not open with the keys of the key ring") {}
};

enum class AccountKind : std::uint8_t { personal, organization, foreign };

/// Stable names: database, CSV, the portal's `kind=`.
std::string_view to_text(AccountKind kind) noexcept;
std::optional<AccountKind> account_kind_from_text(std::string_view text) noexcept;

/// Stable names "male", "female"; reads also the portal's "Nam", "Nữ" (NFC, any case of the first
/// letter).
std::string_view to_text(identity::Sex sex) noexcept;
std::optional<identity::Sex> sex_from_text(std::string_view text) noexcept;

/// Text as it is stored and compared: NFC. Nothing when it is not UTF-8.
std::optional<std::string> stored_text(std::string_view text);

// Look-up keys: 32 raw bytes.
/// Of an account's name within its portal; give it stored_text().
std::string account_key(const crypto::KeyRing& keys, const PortalName& portal,
                        std::string_view account_name);
/// Of a person's number; the owner_key of records too.
std::string citizen_key(const crypto::KeyRing& keys, const identity::CitizenNumber& number);
std::string cmnd_key(const crypto::KeyRing& keys, const identity::Cmnd& number);
/// Of a subject ("sub"), to be used together with its issuer.
SubjectKey subject_key(const crypto::KeyRing& keys, std::string_view issuer,
                       std::string_view subject);

// Sealed values. An account's are bound to the account_key that it was made with (schema 0017,
// sealed_under) and field, a person's to its citizen_key and column, so that a row copied to
// another person does not open there.
std::string seal_account_name(const crypto::KeyRing& keys, std::string_view key,
                              std::string_view name);
std::string open_account_name(const crypto::KeyRing& keys, std::string_view key,
                              std::string_view sealed);
std::string seal_field(const crypto::KeyRing& keys, std::string_view key, identity::Field field,
                       std::string_view value);
std::string open_field(const crypto::KeyRing& keys, std::string_view key, identity::Field field,
                       std::string_view sealed);

enum class PersonColumn : std::uint8_t { citizen, name, birth_date };
std::string seal_person(const crypto::KeyRing& keys, std::string_view key, PersonColumn column,
                        std::string_view value);
std::string open_person(const crypto::KeyRing& keys, std::string_view key, PersonColumn column,
                        std::string_view sealed);

}  // namespace vneid::link
