#pragma once

#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "metrics/shared_block.hpp"

namespace vneid::metrics {

/// A worker's own place on the board, given back by the destructor. Only its worker may use it.
class WorkerSlot {
 public:
  WorkerSlot(SharedBlock block, Slot& slot) noexcept : block_(std::move(block)), slot_(&slot) {}
  WorkerSlot(WorkerSlot&& other) noexcept
      : block_(std::move(other.block_)), slot_(std::exchange(other.slot_, nullptr)) {}
  WorkerSlot& operator=(WorkerSlot&&) = delete;
  ~WorkerSlot();

  /// Shows this to the other workers. Does not wait, allocate or fail.
  void publish(const WorkerStatus& status) noexcept;

 private:
  SharedBlock block_;  // keeps the memory
  Slot* slot_;
};

/// What the workers know of their dependencies, for the status page of any of them.
class StatusBoard {
 public:
  explicit StatusBoard(SharedBlock block) noexcept : block_(std::move(block)) {}

  /// A place for the process that calls; places of processes that have died are free. Nothing when
  /// all are taken: the worker then works, and is not shown.
  [[nodiscard]] std::optional<WorkerSlot> claim() const noexcept;

  /// The workers that live and have published, in the order of their slots. One that cannot be
  /// read because it never stops writing is left out.
  [[nodiscard]] std::vector<WorkerStatus> workers() const;

 private:
  SharedBlock block_;
};

}  // namespace vneid::metrics
