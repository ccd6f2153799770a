#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "async/event_loop.hpp"
#include "flows/base/session_facts.hpp"
#include "session/table/reading_cache.hpp"
#include "session/table/session_table.hpp"

namespace vneid::flows {

/// What this worker has made of sessions for the portal and its gates. Loop thread only.
class FactsCache {
 public:
  struct Made {
    SharedFacts facts;              ///< without name and number
    SharedFacts with_details;       ///< of a VNeID session: sensitive data
    std::string bound_cookie;       ///< name of the portal's session cookie; empty: see next
    SessionTable::Tag bound_tag{};  ///< of the last Cookie header that was found to belong
    SharedFacts asserted;           ///< one of the two above; null: nothing was signed yet
    std::string asserted_origin;    ///< by which site
    std::string asserted_path;
    Wall asserted_at{};
    std::shared_ptr<const std::string> assertion;
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
