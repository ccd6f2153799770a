#pragma once

#include <memory>
#include <string>

#include "admin/options.hpp"
#include "async/epoll_loop.hpp"
#include "crypto/key_ring.hpp"
#include "link/officer/queue.hpp"
#include "net/redis/client.hpp"

/// What the commands by which officers decide reviews have in common.
namespace vneid::admin {

/// The kind in a word, as lists show it.
std::string kind_of(const link::Review& review);
/// "by lan on 23/11/2026 14:05".
std::string by_whom(const link::OfficerAct& act);

/// A reference as it was typed. Throws CommandFailed when it can be none.
std::string reference_from(const std::string& typed);
CommandFailed no_such_review(const std::string& reference);

/// Why officers cannot have it, for a code of RulingAnswer::obstacle.
std::string obstacle_in_words(const std::string& code);

/// Tells what came of the ruling, and throws CommandFailed with the cure where nothing did.
Exit tell(const link::RulingAnswer& answer, const std::string& reference);

/// Ends the sessions of accounts that a ruling has changed.
struct SessionEnd {
  redis::Settings redis;
  std::shared_ptr<const crypto::KeyRing> keys;

  /// `done` says what was done, for the case that they could not be ended (exit 1).
  void operator()(AccountId account_id, const std::string& done) const;
};

/// Approves as the ruling says. Where that undoes a link or merges an account, its sessions end.
Exit approve_review(link::ReviewQueue& queue, EpollLoop& loop, const link::Ruling& ruling,
                    const SessionEnd* session_end);

}  // namespace vneid::admin
