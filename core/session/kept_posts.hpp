#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "async/task.hpp"
#include "crypto/key_ring.hpp"
#include "net/redis/database.hpp"

namespace vneid {

/// A form that somebody sent without a login: what it held, and where it was going.
struct KeptPost {
  std::string portal;
  std::string target;  ///< relative URL, as the browser asked for it
  std::string body;    ///< application/x-www-form-urlencoded
};

/// Kept posts in Redis, sealed. The key is derived from the random id *and* the browser's cookie,
/// so that an id alone, from a history or a log, opens nothing. Redis away: Unavailable.
class KeptPosts {
 public:
  static constexpr std::chrono::seconds lifetime{10 * 60};

  KeptPosts(redis::Database& redis, std::shared_ptr<const crypto::KeyRing> keys)
      : redis_(redis), keys_(std::move(keys)) {}

  Task<void> keep(std::string id, std::string browser, KeptPost post);
  /// Nothing when there is none of this portal (any more).
  Task<std::optional<KeptPost>> find(std::string id, std::string browser, std::string portal);

 private:
  redis::Database& redis_;
  std::shared_ptr<const crypto::KeyRing> keys_;
};

}  // namespace vneid
