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
#include "session/sealed_store.hpp"

namespace vneid {

/// A form that somebody sent without a login: what it held, and where it was going.
struct KeptPost {
  PortalName portal;
  std::string target;  ///< relative URL, as the browser asked for it
  std::string body;    ///< application/x-www-form-urlencoded
  /// Whose session it was sent in, or was first shown to; nothing: nobody has come for it yet. It
  /// is shown to nobody else: the next citizen at a shared PC finds its address in the history.
  std::optional<AccountId> holder;

  static void fields(auto& field, auto& self) {
    field("portal", self.portal);
    field("target", self.target);
    field("body", self.body);
    field("holder", self.holder);
  }
};

/// Kept posts in Redis, sealed. The key is derived from the random id *and* the browser's cookie,
/// so that an id alone, from a history or a log, opens nothing. Redis away: Unavailable.
class KeptPosts {
 public:
  static constexpr std::chrono::seconds lifetime{10 * 60};

  KeptPosts(redis::Database& redis, std::shared_ptr<const crypto::KeyRing> keys)
      : store_(redis, std::move(keys), "post") {}

  /// For so long, in place of what is kept under the same id.
  Task<void> keep(const std::string& id, const std::string& browser, KeptPost post,
                  std::chrono::seconds time);
  /// Nothing when there is none of this portal (any more).
  Task<std::optional<KeptPost>> find(std::string id, std::string browser, PortalName portal);

 private:
  SealedStore<KeptPost> store_;
};

}  // namespace vneid
