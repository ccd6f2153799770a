#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

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
  /// each number asked about, the deployment's unless the answer is known; and the network's and
  /// the deployment's for different numbers, unless this number was asked about (from there) within
  /// the hour. One round trip. Throws Unavailable{redis}.
  Task<Admission> admit(Question question);

  /// Keeps that the question found nobody. Throws Unavailable{redis}.
  Task<void> remember_no_match(Question question);

  struct Bucket {
    std::string key;
    Rate rate;
    std::string mark;  ///< while this key exists a call costs nothing; empty: every call costs
    Limited::Who who;  ///< what is said when it is empty
  };

 private:
  [[nodiscard]] std::string key(const std::string& kind, const std::string& value) const;
  [[nodiscard]] std::string known_key(const Question& question) const;
  [[nodiscard]] std::vector<Bucket> buckets(const Question& question) const;

  redis::Database& redis_;
  std::shared_ptr<const crypto::KeyRing> keys_;
  const Settings& settings_;
};

}  // namespace vneid::population
