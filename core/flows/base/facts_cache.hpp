#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <utility>

#include "async/event_loop.hpp"
#include "session/table/session_table.hpp"

namespace vneid::flows {

/// What this worker has made of the readings of sessions (SessionTable::Found::reading), so that
/// the requests of a live session make nothing again. A reading that is taken back is never asked
/// for any more, and falls out in time: the cache keeps two generations, of at most `most` and of
/// `age` each. Loop thread only.
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
  static constexpr std::chrono::minutes age{2};

  explicit FactsCache(const EventLoop& loop) noexcept : loop_(loop) {}

  /// The place of a reading, blank when it is new. Valid until the next call. 0 is no reading, and
  /// its place is blank each time.
  Made& of(std::uint64_t reading) {
    if (reading == 0) return none_ = Made{};
    if (loop_.now() >= born_ + age) begin_generation();
    if (const auto found = young_.find(reading); found != young_.end()) return found->second;
    Made made;
    if (auto old = old_.extract(reading)) made = std::move(old.mapped());
    if (young_.size() == most) begin_generation();
    return young_.emplace(reading, std::move(made)).first->second;
  }
  [[nodiscard]] std::size_t size() const noexcept { return young_.size() + old_.size(); }

 private:
  void begin_generation() {
    old_ = std::exchange(young_, {});
    born_ = loop_.now();
  }

  const EventLoop& loop_;
  Monotonic born_{};  // the young generation
  Made none_;
  std::unordered_map<std::uint64_t, Made> young_;
  std::unordered_map<std::uint64_t, Made> old_;
};

}  // namespace vneid::flows
