#include "session/seen_sessions.hpp"

namespace vneid {

void SeenSessions::saw(const std::string& id, const Session& session, Monotonic now) {
  forget(id);
  entries_.push_front(Entry{id, session, now});
  by_id_.emplace(id, entries_.begin());
  if (entries_.size() <= most) return;
  by_id_.erase(entries_.back().id);
  entries_.pop_back();
}

std::optional<Session> SeenSessions::recall(const std::string& id, Monotonic now,
                                            Milliseconds grace) const {
  const auto found = by_id_.find(id);
  if (found == by_id_.end() || now - found->second->at > grace) return std::nullopt;
  return found->second->session;
}

void SeenSessions::forget(const std::string& id) {
  const auto found = by_id_.find(id);
  if (found == by_id_.end()) return;
  entries_.erase(found->second);
  by_id_.erase(found);
}

}  // namespace vneid
