#pragma once

#include <memory>
#include <optional>
#include <string>

#include "async/task.hpp"
#include "crypto/key_ring.hpp"
#include "net/redis/database.hpp"
#include "population/settings.hpp"
#include "population/source.hpp"

namespace vneid::population {

/// What Redis says before a question is put.
struct Admission {
  std::optional<Limited> limited;  ///< somebody has asked too often: no token was taken
  bool known = false;              ///< this very question has found nobody a short while ago
};

/// The token buckets of a source and its cache of negative answers, in Redis and so common to all
/// workers. Who asks and who is asked about stand there only as keyed hashes (design D10).
class Limits {
 public:
  static constexpr Milliseconds no_match_lifetime{300'000};  ///< domain.md §8.5

  /// What is referred to must outlive it.
  Limits(redis::Database& redis, std::shared_ptr<const crypto::KeyRing> keys,
         const Settings& settings);

  /// Takes a token from every bucket that the question needs, or from none: the asker's, one of
  /// each number asked about, and the deployment's unless the answer is known. One round trip.
  /// Throws Unavailable{redis}.
  Task<Admission> admit(Question question);

  /// Keeps that the question found nobody. Throws Unavailable{redis}.
  Task<void> remember_no_match(Question question);

 private:
  [[nodiscard]] std::string key(const std::string& kind, const std::string& value) const;
  [[nodiscard]] std::string known_key(const Question& question) const;
  [[nodiscard]] redis::Command command(const Question& question) const;

  redis::Database& redis_;
  std::shared_ptr<const crypto::KeyRing> keys_;
  const Settings& settings_;
};

}  // namespace vneid::population
