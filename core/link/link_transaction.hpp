#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <variant>

#include "async/event_loop.hpp"
#include "async/task.hpp"
#include "audit/audit.hpp"
#include "crypto/key_ring.hpp"
#include "identity/same_person.hpp"
#include "link/reviews.hpp"
#include "net/postgres/database.hpp"
#include "vault/transfer.hpp"

namespace vneid::link {

/// What a proven callback asks for. All of it comes from the server's own flow record and from the
/// verified answers of the provider; nothing from the browser's parameters.
struct LinkRequest {
  AccountId account_id;
  /// This browser has just logged in to the account at the portal (LegacyIdentity::login_proven).
  bool login_proven = false;
  identity::ProviderIdentity identity;
  std::string full_name;  ///< as the provider writes it
  std::string provider;   ///< name of the `vneid_provider`
  std::string issuer;
  std::string subject;
  identity::LinkPolicy policy;
  audit::Origin origin;
  std::string notice_version;
  Wall now{};
};

/// The account is linked to this very person.
struct Linked {
  LinkId link_id;
  PersonId person_id;
  Wall at{};
  bool repeated = false;  ///< the link was there before
  bool flagged = false;   ///< linked, and an officer should look at it
  vault::TransferSummary transfer;
};

/// An officer decides, or has said no; nothing was linked.
struct InReview {
  std::string reference;  ///< for the citizen; the same at each try while nothing changes
  ReviewState state = ReviewState::open;  ///< open or rejected: what is approved is linked
};

/// The decision table says no.
struct Refused {
  identity::LinkDecision decision;
};

/// The account is linked to somebody else (R29).
struct Taken {};

using LinkOutcome = std::variant<Linked, InReview, Refused, Taken>;

/// The link, in one transaction (D8): the account's row is locked, the identity read again, the
/// decision made again; then the person is found or made, the link inserted, the records carried
/// over and the audit rows written. It stands whole or not at all, and asking again for the same
/// changes nothing but adds its line to the audit trail. What cannot be decided leaves an open
/// review; one that officers have approved makes the link, flagged "review_approved", if nothing
/// has changed since (find_verdict()).
///
/// Two round trips: one locks and reads (with BEGIN), one writes what was decided (with COMMIT; a
/// refusal, a review or a repetition takes one or two more).
///
/// Rows are locked rather than the isolation raised: rivals for one account or one person queue
/// behind each other instead of failing, and different people never meet. Locks are taken in the
/// order account, person, account's vault, person's vault.
class Linker {
 public:
  Linker(postgres::Database& database, std::shared_ptr<const crypto::KeyRing> keys)
      : database_(database), keys_(std::move(keys)) {}

  /// Throws Unavailable when PostgreSQL is away; when its connection was lost while committing,
  /// the link may stand, and asking again tells.
  Task<LinkOutcome> link(LinkRequest request);

 private:
  postgres::Database& database_;
  std::shared_ptr<const crypto::KeyRing> keys_;
};

}  // namespace vneid::link
