#pragma once

#include <cstddef>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "async/event_loop.hpp"
#include "session/session.hpp"

namespace vneid {

/// Sessions that this worker has lately read from Redis, for the time when Redis is away
/// (`vneid_session_grace`, R36). Bounded: the one seen longest ago goes first. Keeps hashes of
/// tokens, never a token. Loop thread only.
class SeenSessions {
 public:
  static constexpr std::size_t most = 4096;

  /// Redis has just said that the session lives.
  void saw(const std::string& id, const Session& session, Monotonic now);
  /// The session, when it was seen at most `grace` ago.
  [[nodiscard]] std::optional<Session> recall(const std::string& id, Monotonic now,
                                              Milliseconds grace) const;
  void forget(const std::string& id);
  template <class Fits>
  void forget_if(Fits fits) {
    for (auto entry = entries_.begin(); entry != entries_.end();) {
      if (!fits(entry->session)) {
        ++entry;
        continue;
      }
      by_id_.erase(entry->id);
      entry = entries_.erase(entry);
    }
  }
  [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }

 private:
  struct Entry {
    std::string id;
    Session session;
    Monotonic at;
  };
  std::list<Entry> entries_;  // seen last: first
  std::unordered_map<std::string, std::list<Entry>::iterator> by_id_;
};

}  // namespace vneid
