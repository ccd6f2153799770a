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

/// A question to two officers: shall the account get this name?
struct RenameRequest {
  std::string reference;    ///< Mã yêu cầu
  bool other_name = false;  ///< one about another name is open, and this is its reference
};

/// Renamings are asked for here and decided like every review (ReviewQueue): whoever logs in at the
/// portal under the new name is in the account from then on. Id, link, vault and history stay; the
/// old name finds it no longer. The history keeps that sealed; the audit trail names neither.
/// Throws what Pool throws.
class RenameRequests {
 public:
  RenameRequests(postgres::Database& database, std::shared_ptr<const crypto::KeyRing> keys)
      : database_(database), keys_(std::move(keys)) {}

  /// `name`: what identity::account_name() gives. One transaction, audited ("rename.asked") when it
  /// is new; one is open an account. Or the account that has the name, which may be this one.
  Task<std::variant<RenameRequest, AccountId>> ask(LegacyAccount account, std::string name,
                                                   Wall now);
  /// Whether the account has ever been renamed.
  Task<bool> was_renamed(AccountId account_id);

 private:
  postgres::Database& database_;
  std::shared_ptr<const crypto::KeyRing> keys_;
};

}  // namespace vneid::link
