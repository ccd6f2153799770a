#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "async/event_loop.hpp"
#include "session/table/reading_cache.hpp"
#include "session/table/session_table.hpp"

namespace vneid::flows {

/// What this worker has made of sessions for the portal and its gates. Loop thread only.
class FactsCache {
 public:
  struct Made {
    std::string subject;  ///< portal_subject(); empty: not made yet
    bool has_details = false;
    std::string name;               ///< with details
    std::string citizen_id;         ///< likewise: sensitive data
    std::string bound_cookie;       ///< name of the portal's session cookie; empty: see next
    SessionTable::Tag bound_tag{};  ///< of the last Cookie header that was found to belong
    std::string assertion;          ///< empty: none was signed yet
    std::string asserted_for;       ///< what it was signed for: issuer, and how much it tells
    Wall asserted_at{};
  };

  static constexpr std::size_t most = 4096;
  static constexpr auto age = ReadingCache<Made, most>::age;

  explicit FactsCache(const EventLoop& loop) noexcept : loop_(loop) {}

  /// ReadingCache::of(), now.
  Made& of(std::uint64_t reading) { return made_.of(reading, loop_.now()); }
  [[nodiscard]] std::size_t size() const noexcept { return made_.size(); }

 private:
  const EventLoop& loop_;
  ReadingCache<Made, most> made_;
};

}  // namespace vneid::flows
