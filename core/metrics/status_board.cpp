#include "metrics/status_board.hpp"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <unistd.h>

namespace vneid::metrics {

namespace {

using Words = std::array<std::uint64_t, sizeof(WorkerStatus) / sizeof(std::uint64_t)>;

/// A writer needs less than a microsecond; one that was killed while it wrote never ends.
constexpr int read_attempts = 1000;

bool lives(std::uint64_t owner) noexcept {
  // A process that is not ours to signal (EPERM) lives too.
  return ::kill(static_cast<pid_t>(owner), 0) == 0 || errno != ESRCH;
}

/// The copy between two looks at an even sequence that has not moved (a seqlock).
std::optional<Words> read(const Slot& slot) noexcept {
  for (int attempt = 0; attempt < read_attempts; ++attempt) {
    const auto before = slot.sequence.load(std::memory_order_acquire);
    if (before == 0) return {};  // nothing was published yet
    if (before % 2 != 0) continue;
    Words words{};
    for (std::size_t i = 0; i < words.size(); ++i) {
      words[i] = slot.words[i].load(std::memory_order_relaxed);
    }
    std::atomic_thread_fence(std::memory_order_acquire);
    if (slot.sequence.load(std::memory_order_relaxed) == before) return words;
  }
  return {};
}

bool take(Slot& slot, std::uint64_t self) noexcept {
  auto owner = slot.owner.load(std::memory_order_acquire);
  // With our own number on it, it is of a process that died and whose number we were given.
  if (owner != 0 && owner != self && lives(owner)) return false;
  return slot.owner.compare_exchange_strong(owner, self, std::memory_order_acq_rel);
}

}  // namespace

WorkerSlot::~WorkerSlot() {
  if (slot_ == nullptr) return;
  slot_->sequence.store(0, std::memory_order_relaxed);
  slot_->owner.store(0, std::memory_order_release);
}

void WorkerSlot::publish(const WorkerStatus& status) noexcept {
  Words words{};
  std::memcpy(words.data(), &status, sizeof status);
  // `| 1`: whoever had the slot before may have been killed in between.
  const auto writing = (slot_->sequence.load(std::memory_order_relaxed) + 1) | 1;
  slot_->sequence.store(writing, std::memory_order_relaxed);
  std::atomic_thread_fence(std::memory_order_release);
  for (std::size_t i = 0; i < words.size(); ++i) {
    slot_->words[i].store(words[i], std::memory_order_relaxed);
  }
  slot_->sequence.store(writing + 1, std::memory_order_release);
}

std::optional<WorkerSlot> StatusBoard::claim() const noexcept {
  const auto self = static_cast<std::uint64_t>(::getpid());
  for (Slot& slot : block_.slots()) {
    if (!take(slot, self)) continue;
    slot.sequence.store(0, std::memory_order_release);  // nothing of its last owner is shown
    return WorkerSlot{block_, slot};
  }
  return {};
}

std::vector<WorkerStatus> StatusBoard::workers() const {
  std::vector<WorkerStatus> found;
  for (const Slot& slot : block_.slots()) {
    const auto owner = slot.owner.load(std::memory_order_acquire);
    if (owner == 0 || !lives(owner)) continue;
    const auto words = read(slot);
    if (!words) continue;
    WorkerStatus status;
    std::memcpy(&status, words->data(), sizeof status);
    // Between two owners the words may still be the last one's.
    if (status.pid == static_cast<std::int64_t>(owner)) found.push_back(status);
  }
  return found;
}

}  // namespace vneid::metrics
