#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "audit/audit.hpp"
#include "crypto/key_ring.hpp"
#include "link/links.hpp"
#include "net/postgres/database.hpp"

namespace vneid::link {

/// A question to two officers: is this link to be undone?
struct UndoRequest {
  std::string reference;  ///< Mã yêu cầu
  bool repeated = false;  ///< it was open before
};

/// Requests to undo links (R40). One is open a link: asking again gives the same reference and
/// changes nothing. Officers decide (ReviewQueue). Throws what Pool throws.
class UndoRequests {
 public:
  UndoRequests(postgres::Database& database, std::shared_ptr<const crypto::KeyRing> keys)
      : database_(database), keys_(std::move(keys)) {}

  /// One transaction, audited ("undo.asked") when it is new. `reason` is a code: who asks.
  /// Nothing when the link stands no longer.
  Task<std::optional<UndoRequest>> ask(LinkedAccount link, std::string reason, audit::Origin origin,
                                       Wall now);
  /// References of the open ones of a person's links; none of a person's links has two.
  Task<std::map<LinkId, std::string>> open_of(PersonId person_id);
  /// Whose link it was; nothing when there is no such link, or it stands.
  Task<std::optional<AccountId>> account_of_undone(LinkId link_id);

 private:
  postgres::Database& database_;
  std::shared_ptr<const crypto::KeyRing> keys_;
};

}  // namespace vneid::link
