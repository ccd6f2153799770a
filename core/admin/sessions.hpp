#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "admin/options.hpp"
#include "crypto/key_ring.hpp"
#include "ids.hpp"
#include "net/redis/client.hpp"

namespace vneid::admin {

/// The Redis of nginx's sessions, as --redis says it. Throws CommandFailed without one that can be
/// used: to be asked before anything is changed whose sessions must end.
redis::Settings redis_of(const Options& options);

/// Ends all sessions in the accounts, whoever proved what: they are gone for whichever worker reads
/// them next. Gives how many there were. When Redis is away throws CommandFailed(exit_partly) with
/// the cure: `done` says what has been done, and the command is to be repeated.
std::int64_t end_sessions(redis::Settings settings, std::shared_ptr<const crypto::KeyRing> keys,
                          std::span<const AccountId> accounts, const std::string& done);

}  // namespace vneid::admin
