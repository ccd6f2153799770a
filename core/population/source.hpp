#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "async/event_loop.hpp"
#include "async/task.hpp"
#include "crypto/key_ring.hpp"
#include "identity/birth_date.hpp"
#include "identity/citizen_number.hpp"
#include "net/http/sender.hpp"
#include "net/redis/database.hpp"
#include "population/settings.hpp"

namespace vneid::population {

/// What a citizen typed, checked. At least one of the numbers.
struct Question {
  std::optional<identity::CitizenNumber> number;
  std::optional<identity::Cmnd> cmnd;
  std::string name;  ///< as from identity::clean_name(); asked by its loose key
  std::optional<identity::BirthDate> birth_date;
  std::string asker;    ///< who asks, for the limit per citizen: e.g. "account:17"
  std::string network;  ///< from where: limited_network(); empty: not limited by that
};

/// What the population database keeps of a citizen: only what the identity page shows
/// (domain.md §3.3). Everything else of the answer is dropped while it is read. Empty: not told.
struct Record {
  std::optional<identity::CitizenNumber> number;
  std::optional<identity::Cmnd> cmnd;
  std::string name;
  std::optional<identity::Sex> sex;
  std::optional<identity::BirthDate> birth_date;
  std::string birth_place;
  std::string home_town;
  std::string residence;
};

/// The question and the database agree. After `verify` (033) the record holds what was asked and
/// was vouched for: numbers and name.
struct Match {
  Record record;
};
/// Nobody, or somebody with other data: which of them is never said (domain.md §3.4).
struct NoMatch {};
/// Not asked, because somebody has asked too often.
struct Limited {
  enum class Who : std::uint8_t {
    citizen,     ///< this asker, or askers about this number
    network,     ///< askers of this network, about too many different numbers
    deployment,  ///< all together
  };
  Who who = Who::citizen;
  Milliseconds retry_after{};
};

using Answer = std::variant<Match, NoMatch, Limited>;

/// State of the circuit breaker, for status pages.
enum class Circuit : std::uint8_t { closed, open, probing };

/// A source of the population database: limits, circuit breaker and the profile's protocol. One a
/// worker; the token buckets are in Redis and so count for all workers. Loop thread only.
class Source {
 public:
  /// What is referred to must outlive it.
  Source(EventLoop& loop, http::Sender& http, redis::Database& redis,
         std::shared_ptr<const crypto::KeyRing> keys, Settings settings);
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;
  ~Source();

  /// Throws Unavailable{population} when the database cannot be asked or does not answer sense
  /// (timeouts, errors, HTML, another person's record), and Unavailable{redis} when the limits
  /// cannot be read. `what()` never holds personal data.
  Task<Answer> ask(Question question);

  [[nodiscard]] const Settings& settings() const noexcept;
  [[nodiscard]] Circuit circuit() const noexcept;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace vneid::population
