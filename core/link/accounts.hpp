#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "async/event_loop.hpp"
#include "async/task.hpp"
#include "crypto/key_ring.hpp"
#include "identity/same_person.hpp"
#include "link/stored_values.hpp"
#include "net/postgres/database.hpp"

namespace vneid::link {

/// The active link of an account.
struct LinkSummary {
  LinkId link_id;
  PersonId person_id;
  std::string provider;
  Wall linked_at{};
  bool kept_out = false;  ///< the person is, by an officer: the account lets nobody in
};

/// A portal's account as the database has it.
struct LegacyAccount {
  AccountId id;
  PortalName portal;
  std::string name;  ///< as the portal calls the account
  AccountKind kind = AccountKind::personal;
  bool closed = false;
  bool first_seen = false;  ///< this very login made the row
  std::optional<LinkSummary> linked;
  std::optional<std::string> full_name;
  /// For decide(). `login_proven` is left false: only the caller knows. A foreigner's account
  /// counts as personal there.
  identity::LegacyIdentity identity;
};

/// Whether its holder may be offered to link it: it is open, not linked yet, and not an
/// organisation's, which has no person to be linked to. Whether it is linked decide() says.
inline bool may_be_linked(const LegacyAccount& account) noexcept {
  return !account.closed && !account.linked && account.kind != AccountKind::organization;
}

/// Whether it carries a 12-digit number that somebody has verified (R28).
inline bool has_verified_number(const LegacyAccount& account) noexcept {
  return account.identity.number &&
         account.identity.number_status == identity::FieldStatus::verified;
}

/// Whether a VNeID login may offer it (D18): its number was verified from outside, so that nobody
/// can have planted it who knows three facts of the person. Whether the rest is equal decide()
/// says.
inline bool may_be_adopted(const LegacyAccount& account) noexcept {
  return may_be_linked(account) && has_verified_number(account) &&
         account.identity.verified_outside;
}

/// What tells an account from others of the same person, for that person.
struct AccountGlance {
  AccountId account_id;
  AccountKind kind = AccountKind::personal;
  std::int64_t papers = 0;  ///< records of its own vault
  std::optional<Wall> last_login;
};

/// The table of accounts.
class Accounts {
 public:
  Accounts(postgres::Database& database, std::shared_ptr<const crypto::KeyRing> keys)
      : database_(database), keys_(std::move(keys)) {}

  /// The account that has just logged in at the portal, made if it was never seen before; one
  /// round trip. `name` is the portal's own, at most 1000 bytes of UTF-8, not empty: otherwise
  /// std::invalid_argument. A `kind` that is given replaces the one on file, unless the account
  /// has ever been linked. Throws what Pool throws, and UnreadableValue.
  Task<LegacyAccount> ensure(PortalName portal, std::string name, std::optional<AccountKind> kind,
                             Wall now);
  Task<std::optional<LegacyAccount>> find(AccountId account_id);
  /// The same by name: what identity::account_name() gives.
  Task<std::optional<LegacyAccount>> find(PortalName portal, std::string name);
  /// Accounts of the portal that a VNeID login may be offered (R25): open, no organisation's, not
  /// linked, and their number is this one, verified. Oldest first, at most 20.
  Task<std::vector<LegacyAccount>> adoptable(PortalName portal, identity::CitizenNumber number);
  /// In the order of their ids; one that is gone is left out.
  Task<std::vector<AccountGlance>> glances(std::vector<AccountId> account_ids);

 private:
  postgres::Database& database_;
  std::shared_ptr<const crypto::KeyRing> keys_;
};

/// What locks an account's row against other links until the transaction's end, and what reads it
/// then: two statements, in this order.
std::vector<postgres::Call> account_locking(AccountId account_id);
/// What the second of them gave.
std::optional<LegacyAccount> locked_account(const crypto::KeyRing& keys,
                                            const postgres::Result& rows);
/// Both, within a transaction: the account, its row locked against other links until the end.
Task<std::optional<LegacyAccount>> lock_account(postgres::Transaction& transaction,
                                                const crypto::KeyRing& keys, AccountId account_id);

}  // namespace vneid::link
