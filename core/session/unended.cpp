#include "session/unended.hpp"

#include <utility>
#include <vector>

#include "async/wait.hpp"
#include "net/unavailable.hpp"

namespace vneid {

void UnendedSessions::add(std::string_view cookie_header, Milliseconds idle) {
  for (auto& id : Sessions::ids_in(cookie_header)) {
    if (until_.size() < most) until_.insert_or_assign(std::move(id), loop_.now() + idle);
  }
  if (!until_.empty() && !std::exchange(working_, true)) scope_.start(work());
}

Task<int> UnendedSessions::work() {
  while (!until_.empty()) {
    co_await sleep_for(loop_, pause, TimerKind::background);
    std::erase_if(until_, [now = loop_.now()](const auto& one) { return one.second <= now; });
    while (!until_.empty() && co_await end_some()) {
    }
  }
  working_ = false;
  co_return 0;
}

Task<bool> UnendedSessions::end_some() {
  constexpr std::size_t at_once = 100;
  std::vector<std::string> ids;
  for (const auto& [id, until] : until_) {
    if (ids.size() < at_once) ids.push_back(id);
  }
  try {
    co_await sessions_.end_these(ids);
  } catch (const Unavailable&) {
    co_return false;
  }
  for (const auto& id : ids) until_.erase(id);
  co_return true;
}

}  // namespace vneid
