#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "async/event_loop.hpp"
#include "async/task.hpp"
#include "crypto/key_ring.hpp"
#include "net/postgres.hpp"

namespace vneid::link {

/// Two identities that an officer must compare.
struct ReviewCase {
  std::int64_t account_id = 0;
  std::string provider;
  std::string issuer;
  std::string subject_key;     ///< 32 raw bytes
  std::string citizen_key;     ///< 32 raw bytes
  std::string account_masked;  ///< number or name of the account, masked
  std::string citizen_masked;  ///< number of the person, masked
  /// Both sides in full, for the officer's page: lines "side.field<TAB>value". Stored sealed.
  std::string sides;
  std::vector<std::string> reasons;
  Wall at{};
};

/// Opens a review, or brings the open one for the same account and subject up to date, and gives
/// its reference: eight letters and digits that cannot be mistaken for each other, "K7QF-2MXD".
Task<std::string> open_review(postgres::Transaction& transaction, const crypto::KeyRing& keys,
                              ReviewCase review);

}  // namespace vneid::link
