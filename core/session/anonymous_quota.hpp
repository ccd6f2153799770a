#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "async/task.hpp"
#include "crypto/key_ring.hpp"
#include "net/redis/database.hpp"

namespace vneid {

/// What may be kept for browsers that nobody knows, in bytes within ten minutes
/// (`vneid_anonymous_limit`).
struct AnonymousLimits {
  std::uint64_t address = std::uint64_t{4} << 20;  ///< for one address; IPv6 by its /64
  std::uint64_t total = std::uint64_t{128} << 20;  ///< for all together
};

/// The part of an address that one subscriber has: all of IPv4, the /64 of IPv6. Other text (a Unix
/// socket's) stays as it is.
std::string subscriber_of(std::string_view address);

/// Counts what is kept in Redis for requests that prove nothing: a form sent to a gate, the start
/// of a sign-in. Whoever sends thousands fills his own share, and all of them together no more than
/// the budget. Addresses stand in Redis as keyed hashes (D10).
class AnonymousQuota {
 public:
  static constexpr std::chrono::seconds window{10 * 60};

  AnonymousQuota(redis::Database& redis, std::shared_ptr<const crypto::KeyRing> keys,
                 AnonymousLimits limits)
      : redis_(redis), keys_(std::move(keys)), limits_(limits) {}

  /// Whether so many bytes more may be kept; counts them then. One round trip. Throws
  /// Unavailable{redis}.
  Task<bool> admit(std::string address, std::size_t bytes);

 private:
  redis::Database& redis_;
  std::shared_ptr<const crypto::KeyRing> keys_;
  AnonymousLimits limits_;
};

}  // namespace vneid
