#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <vector>

#include <hiredis/hiredis.h>

#include "async/event_loop.hpp"
#include "net/redis/client.hpp"

namespace vneid::redis {

/// Where the primary is of a Redis that Sentinels watch over: what more than half of all the
/// Sentinels that are configured say. Fewer cannot make a worker follow a primary that the others
/// have replaced, or leave one that they have not; while there are fewer, the last one stays.
///
/// Each Sentinel has a connection, and is asked every second (`SENTINEL GET-MASTER-ADDR-BY-NAME`).
/// Loop thread only.
class Primary {
 public:
  /// Somebody with connections to the primary.
  class Follower {
   public:
    Follower() = default;
    Follower(const Follower&) = delete;
    Follower& operator=(const Follower&) = delete;
    /// It is another one now: what is open leads to the old one.
    virtual void primary_moved() noexcept = 0;

   protected:
    ~Follower() = default;
  };

  static constexpr Milliseconds pause{1'000};

  /// Of settings with Sentinels, and with the place that was found before, if one was; without
  /// Sentinels the settings say the place for good. Begins to ask at once. Throws
  /// std::invalid_argument when the address is not numeric or the socket's path is too long.
  Primary(EventLoop& loop, Settings settings);
  ~Primary();

  /// With the address of now; an empty one: no majority has named any yet.
  [[nodiscard]] const Settings& settings() const noexcept;
  /// Whether Sentinels say where it is: then whoever connects asks for its ROLE too.
  [[nodiscard]] bool is_watched() const noexcept;

  void follow(Follower& follower);
  void unfollow(Follower& follower) noexcept;
  void close() noexcept;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

/// For people: "redis at 10.0.0.1 port 6379".
std::string describe(const Settings& settings);
/// Tells one Redis, and one database of it, from others: the same wherever the primary moves.
std::string name_of_place(const Settings& settings);
/// What ROLE answers to who has come to the right one.
bool is_primary(const redisReply& reply);

/// Asks the Sentinels of the settings, waiting at most three seconds for each, and puts what a
/// majority says into the settings. Not for a worker. The error is a sentence.
std::expected<void, std::string> find_primary(Settings& settings);

}  // namespace vneid::redis
