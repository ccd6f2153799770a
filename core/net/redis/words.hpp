#pragma once

#include <expected>
#include <span>
#include <string>

#include "net/redis/client.hpp"

namespace vneid::redis {

/// What the words of `vneid_redis` say: "unix:PATH", or an address or name with or without a port;
/// then prefix=, timeout=, db=, user=, password_file=. nginx, vneidctl and its doctor read them
/// here.
struct Words {
  Settings settings;          ///< without the password; the address may still be a name
  std::string password_file;  ///< as it was written; empty: none
  /// What is wrong with the first word that is, in a sentence that names `vneid_redis`; empty:
  /// nothing. The others were read all the same.
  std::string fault;
};

Words read_words(std::span<const std::string> words);

/// Puts the number of a host that is named into the settings. Asks the system's resolver and waits
/// for it: not for a worker. The error is a sentence.
std::expected<void, std::string> resolve(Settings& settings);

}  // namespace vneid::redis
