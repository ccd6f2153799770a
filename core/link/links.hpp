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
  std::int64_t link_id = 0;
  std::int64_t account_id = 0;
  std::int64_t person_id = 0;
  std::string portal;
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
  Task<std::vector<LinkedAccount>> of_person(std::int64_t person_id);
  /// The link of one account: for a legacy login, which proves no more than that account.
  Task<std::vector<LinkedAccount>> of_account(std::int64_t account_id);
  Task<std::optional<LinkedAccount>> find(std::int64_t link_id);

 private:
  postgres::Database& database_;
  std::shared_ptr<const crypto::KeyRing> keys_;
};

}  // namespace vneid::link
