#pragma once

#include <expected>
#include <span>
#include <string>

#include "net/redis/client.hpp"

namespace vneid::redis {

/// What the words of `vneid_redis` say: "unix:PATH", or an address or name with or without a port,
/// or the same of each Sentinel as sentinel=, with name= of what they watch; then prefix=,
/// timeout=, db=, user=, password_file=, sentinel_user=, sentinel_password_file=. nginx, vneidctl
/// and its doctor read them here.
struct Words {
  Settings settings;          ///< without the passwords; addresses may still be names
  std::string password_file;  ///< as it was written; empty: none
  std::string sentinel_password_file;
  /// What is wrong with the first word that is, in a sentence that names `vneid_redis`; empty:
  /// nothing. The others were read all the same.
  std::string fault;
};

Words read_words(std::span<const std::string> words);

/// Puts the numbers of hosts that are named into the settings. Asks the system's resolver and waits
/// for it: not for a worker. The error is a sentence.
std::expected<void, std::string> resolve(Settings& settings);

}  // namespace vneid::redis
