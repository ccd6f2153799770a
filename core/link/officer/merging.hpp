#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "async/event_loop.hpp"
#include "async/task.hpp"
#include "crypto/key_ring.hpp"
#include "link/accounts.hpp"
#include "net/postgres/database.hpp"

namespace vneid::link {

/// A question to two officers: shall the account become part of another of its portal?
struct MergeRequest {
  std::string reference;  ///< Mã yêu cầu
  AccountId into;         ///< as it was asked first
};

/// Why it must not be asked: a code of merge_obstacle() (schema 0017).
struct MergeObstacle {
  std::string code;
};

/// Merges are asked for here and decided like every review (ReviewQueue). The second approval moves
/// the records that the account itself still holds to the other, which keeps what is known of it,
/// and closes the account. No link comes of it, none changes hands. Throws what Pool throws.
class MergeRequests {
 public:
  MergeRequests(postgres::Database& database, std::shared_ptr<const crypto::KeyRing> keys)
      : database_(database), keys_(std::move(keys)) {}

  /// One transaction, audited ("merge.asked") when it is new. One is open an account: asking again
  /// gives it, whatever it is to become part of.
  Task<std::variant<MergeRequest, MergeObstacle>> ask(LegacyAccount from, LegacyAccount into,
                                                      Wall now);
  /// What the account has become part of, by a merge.
  Task<std::optional<AccountId>> merged_into(AccountId account_id);

 private:
  postgres::Database& database_;
  std::shared_ptr<const crypto::KeyRing> keys_;
};

}  // namespace vneid::link
