#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "async/event_loop.hpp"
#include "net/redis/primary.hpp"

namespace vneid::redis {

/// Listens to what Redis takes back of the keys with one prefix: each one that is written, touched,
/// deleted or expires, whoever does it (server-assisted client-side caching, `CLIENT TRACKING …
/// BCAST` with RESP2; Redis 6 and later). Design D16.
///
/// One connection subscribes to `__redis__:invalidate`, another one tracks for it. When the
/// tracking one dies nothing comes any more and nobody says so. So both are watched, and every 250
/// ms a new key is written, which must come back the same way: what was taken back before that
/// writing has then arrived, since the server tells in order, and of one turn of its loop in the
/// order of the prefixes. That key stands under a prefix of its own, behind the other one, so that
/// nobody hears the beats of others. It is written over the connection on which the keys are read:
/// so the server that tells is the one that is asked. It lives for a second.
///
/// Runs while it is used: a minute after the last `keep_running` it ends, and so does all proof.
/// After a failure it begins again with exponential back-off, as Client does. Loop thread only.
class Invalidations {
 public:
  class Listener {
   public:
    Listener() = default;
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

    /// From here on everything is told; what was before may have been missed.
    virtual void began() noexcept = 0;
    /// What Redis says now, another one says: what was before may be wrong.
    virtual void moved() noexcept = 0;
    /// The key, without the prefix.
    virtual void taken_back(std::string_view key) noexcept = 0;
    virtual void all_taken_back() noexcept = 0;
    /// What was taken back before `moment` has been told.
    virtual void proven(Monotonic moment) noexcept = 0;
    /// Nothing is told any more; `last`: the last moment that was proven.
    virtual void ended(Monotonic last) noexcept = 0;
    /// Why there is no listening now. Told once until it has worked again.
    virtual void failed(const std::string& cause) noexcept = 0;

   protected:
    ~Listener() = default;
  };

  static constexpr Milliseconds beat_time{250};
  /// Without a beat for so long it begins anew.
  static constexpr Milliseconds patience{3'000};

  /// Connects nothing yet. `reader`: over which the keys are read. `prefix`: of the keys, the
  /// settings' own included and ":" at its end, which is not told with a key. Its own keys have
  /// "~beat:" instead of that. When the primary moves it begins anew.
  Invalidations(EventLoop& loop, Primary& primary, Database& reader, std::string prefix,
                Listener& listener);
  ~Invalidations();

  /// Begins, or goes on for a minute. Never fails: `failed` is told.
  void keep_running() noexcept;
  void close() noexcept;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace vneid::redis
