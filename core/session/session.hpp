#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "async/task.hpp"
#include "crypto/key_ring.hpp"
#include "net/redis.hpp"

namespace vneid {

/// A session of the module's own pages.
struct Session {
  /// What the citizen has proven. A legacy password proves the old account alone: it never opens
  /// the VNeID person's vault (domain.md §8.2, direction of trust).
  enum class Proof { legacy, vneid };

  Proof proof = Proof::legacy;
  std::string portal;
  std::int64_t account_id = 0;
  std::int64_t person_id = 0;  ///< 0 unless proof is vneid
  std::int64_t link_id = 0;    ///< the link made or found at this login; 0: none
  Wall begun_at{};
};

/// A session that was read, with the token of its cookie (for CSRF and for ending it).
struct LiveSession {
  std::string token;
  Session session;
};

/// Sessions in Redis, sealed, under the hash of a random token that only the cookie holds.
///
/// Reading has three answers (D7): found, absent (nullopt), unknown (Unavailable is thrown). Idle
/// 15 minutes, 8 hours in all (domain.md §8.5). Every change of proof gets a new token.
class Sessions {
 public:
  static constexpr std::chrono::minutes idle_limit{15};
  static constexpr std::chrono::hours absolute_limit{8};

  Sessions(redis::Client& redis, std::shared_ptr<const crypto::KeyRing> keys)
      : redis_(redis), keys_(std::move(keys)) {}

  /// Keeps a new session and gives its Set-Cookie value. What session the browser had before is
  /// ended, so that a token from before a login is worth nothing after it.
  Task<std::string> begin(Session session, std::string cookie_header, Wall now);
  /// Ends what sessions the Cookie header names.
  Task<void> end(std::string cookie_header);
  Task<std::optional<LiveSession>> read(std::string cookie_header, Wall now);

 private:
  [[nodiscard]] std::string id_of(std::string_view token) const;

  redis::Client& redis_;
  std::shared_ptr<const crypto::KeyRing> keys_;
};

}  // namespace vneid
