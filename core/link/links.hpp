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
#include "net/postgres/database.hpp"

namespace vneid::link {

/// A line of the list "Danh sách tài khoản liên kết".
struct LinkedAccount {
  LinkId link_id;
  AccountId account_id;
  PersonId person_id;
  PortalName portal;
  std::string account_name;    ///< in full: for its owner's own page
  std::string citizen_number;  ///< all 12 digits: for its owner's own page, never for a log
  std::string provider;
  Wall linked_at{};
  bool flagged = false;
};

/// Active links, oldest first. Throws what Pool throws, and UnreadableValue.
class Links {
 public:
  Links(postgres::Database& database, std::shared_ptr<const crypto::KeyRing> keys)
      : database_(database), keys_(std::move(keys)) {}

  /// All accounts of a person: for a VNeID login.
  Task<std::vector<LinkedAccount>> of_person(PersonId person_id);
  /// The link of one account: for a legacy login, which proves no more than that account.
  Task<std::vector<LinkedAccount>> of_account(AccountId account_id);
  Task<std::optional<LinkedAccount>> find(LinkId link_id);

 private:
  postgres::Database& database_;
  std::shared_ptr<const crypto::KeyRing> keys_;
};

}  // namespace vneid::link
