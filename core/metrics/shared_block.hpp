#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>

#include "async/event_loop.hpp"
#include "metrics/metrics.hpp"
#include "metrics/worker_status.hpp"

namespace vneid::metrics {

/// A worker's place on the board. `sequence` is odd while its worker writes; the words are atomics
/// so that reading meanwhile is no data race, and `sequence` tells whether to throw it away.
struct alignas(64) Slot {
  Cell owner{};  ///< process id; 0: free
  Cell sequence{};
  std::array<Cell, sizeof(WorkerStatus) / sizeof(Cell)> words{};
};

/// The memory that all workers of an nginx share: counters, then slots. Has no pointers in it and
/// needs no lock, so that a worker may be killed at any instant. Copies refer to the same memory.
class SharedBlock {
 public:
  /// Changes with every metric, label, bound and field, so that a module of another build never
  /// takes the memory for its own.
  static std::uint64_t layout() noexcept;
  static std::size_t size_for(std::size_t slots) noexcept;
  /// How many slots a zone of this size is worth: a third of it, so that a block of another layout
  /// has room beside it; at least 16, at most 256.
  static std::size_t slots_for(std::size_t zone_size) noexcept;

  /// Makes a block of `size_for(slots)` bytes, aligned to 64, that the caller keeps.
  static SharedBlock create(void* memory, std::size_t slots, Wall now) noexcept;
  /// The block that is in this memory; nothing when it is of another layout.
  static std::optional<SharedBlock> attach(void* memory) noexcept;
  /// A block in memory of its own.
  static SharedBlock own(std::size_t slots, Wall now);

  [[nodiscard]] Metrics metrics() const noexcept;
  [[nodiscard]] std::span<Slot> slots() const noexcept;
  [[nodiscard]] Wall created() const noexcept;

  /// Counts one configuration more; returns its number, from 1.
  [[nodiscard]] std::uint64_t next_generation() const noexcept;

 private:
  struct Head;
  explicit SharedBlock(std::shared_ptr<Head> head) noexcept : head_(std::move(head)) {}
  std::shared_ptr<Head> head_;
};

}  // namespace vneid::metrics
