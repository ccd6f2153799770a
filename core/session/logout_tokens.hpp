#pragma once

#include <memory>
#include <string>

#include "async/task.hpp"
#include "crypto/key_ring.hpp"
#include "net/redis/database.hpp"

namespace vneid {

/// Which logout tokens have been used, so that none works twice (OpenID Connect Back-Channel
/// Logout 1.0 §2.6, step 9). Shared by all workers; forgotten when the token is refused anyway.
///
/// Redis away: Unavailable, and the token counts as neither fresh nor replayed.
class LogoutTokens {
 public:
  enum class Use { fresh, replayed };

  LogoutTokens(redis::Database& redis, std::shared_ptr<const crypto::KeyRing> keys)
      : redis_(redis), keys_(std::move(keys)) {}

  /// Claims the `jti` of a verified token; exactly one of all callers gets `fresh`. `good_until` is
  /// when the token expires, leeway included; one that has expired by `now` counts as replayed.
  Task<Use> claim(std::string issuer, std::string token_id, Wall good_until, Wall now);

  /// Takes a claim back whose sessions could not be ended, so that the provider's next try counts.
  Task<void> forget(std::string issuer, std::string token_id);

 private:
  [[nodiscard]] std::string name(const std::string& issuer, const std::string& token_id) const;

  redis::Database& redis_;
  std::shared_ptr<const crypto::KeyRing> keys_;
};

}  // namespace vneid
