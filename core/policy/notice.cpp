#include "policy/notice.hpp"

namespace vneid::policy {

bool spares_notice(const Rule& rule, std::optional<Milliseconds> again,
                   std::optional<Wall> skipped_at, Wall now) noexcept {
  if (!again || !skipped_at || mode_at(rule, now) != Mode::notice) return false;
  return *skipped_at <= now && now - *skipped_at < *again;
}

}  // namespace vneid::policy
