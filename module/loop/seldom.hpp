#pragma once

#include <unordered_map>

#include "async/event_loop.hpp"

namespace vneid::ngx {

/// What is written once a minute at most for each thing it is said of, which must outlive this.
class Seldom {
 public:
  static constexpr Milliseconds pause{60'000};

  /// Whether it is time to say it again; if so, it is said.
  bool due(const void* thing, Monotonic now) {
    const auto [found, first] = said_.try_emplace(thing, now);
    if (!first && now - found->second < pause) return false;
    found->second = now;
    return true;
  }

 private:
  std::unordered_map<const void*, Monotonic> said_;
};

}  // namespace vneid::ngx
