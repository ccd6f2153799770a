#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "async/task.hpp"
#include "crypto/key_ring.hpp"
#include "ids.hpp"
#include "net/postgres/database.hpp"

namespace vneid::link {

struct NamedAccount {
  AccountId id;
  std::string name;  ///< as the portal calls it
  bool closed = false;
  bool linked = false;
};

/// The names of a portal's accounts, a page at a time: for whoever must look at all of them.
class AccountNames {
 public:
  static constexpr int page_size = 5000;

  AccountNames(postgres::Database& database, std::shared_ptr<const crypto::KeyRing> keys,
               PortalName portal)
      : database_(database), keys_(std::move(keys)), portal_(std::move(portal)) {}

  /// Those with an id above `after`, by id; fewer than `page_size` at the end. Throws what Pool
  /// throws, and UnreadableValue.
  Task<std::vector<NamedAccount>> page(AccountId after);

 private:
  postgres::Database& database_;
  std::shared_ptr<const crypto::KeyRing> keys_;
  PortalName portal_;
};

}  // namespace vneid::link
