#include "metrics/shared_block.hpp"

#include <algorithm>
#include <memory>

namespace vneid::metrics {

/// The block begins with it; the slots follow.
struct alignas(64) SharedBlock::Head {
  Cell layout{};
  Cell slots{};
  Cell generation{};
  Cell created{};  ///< milliseconds since the epoch
  Counters counters;
};

namespace {

/// FNV-1a, over everything that says where a number is and what it means.
class LayoutHash {
 public:
  constexpr void add(std::string_view text) noexcept {
    for (const char byte : text) add_byte(static_cast<unsigned char>(byte));
    add_byte(0);
  }
  constexpr void add(std::uint64_t number) noexcept {
    for (int i = 0; i < 8; ++i) add_byte(static_cast<unsigned char>(number >> (8 * i)));
  }
  /// Never 0, which is what fresh memory has.
  [[nodiscard]] constexpr std::uint64_t value() const noexcept { return hash_ | 1; }

 private:
  constexpr void add_byte(unsigned char byte) noexcept { hash_ = (hash_ ^ byte) * 0x100000001b3U; }
  std::uint64_t hash_ = 0xcbf29ce484222325U;
};

/// For what neither names nor sizes show: count it up when a field changes its meaning.
constexpr std::uint64_t revision = 2;

constexpr std::uint64_t hash_layout() noexcept {
  LayoutHash hash;
  hash.add(revision);
  for (const FamilyView& family : table) {
    hash.add(family.name);
    hash.add(family.words);
  }
  hash.add(words<Dependency>);
  hash.add(words<CallOutcome>);
  hash.add(words<Circuit>);
  hash.add(words<Failure>);
  for (const auto bound : latency_bounds) hash.add(bound);
  hash.add(sizeof(Counters));
  hash.add(sizeof(Slot));
  return hash.value();
}

}  // namespace

std::uint64_t SharedBlock::layout() noexcept {
  static constexpr std::uint64_t value = hash_layout();
  return value;
}

std::size_t SharedBlock::size_for(std::size_t slots) noexcept {
  return sizeof(Head) + slots * sizeof(Slot);
}

std::size_t SharedBlock::slots_for(std::size_t zone_size) noexcept {
  constexpr std::size_t least = 16;
  constexpr std::size_t most = 256;
  const std::size_t share = zone_size / 3;
  return std::clamp(share < sizeof(Head) ? 0 : (share - sizeof(Head)) / sizeof(Slot), least, most);
}

SharedBlock SharedBlock::create(void* memory, std::size_t slots, Wall now) noexcept {
  auto* head = std::construct_at(static_cast<Head*>(memory));
  auto* first = reinterpret_cast<Slot*>(static_cast<std::byte*>(memory) + sizeof(Head));
  for (std::size_t i = 0; i < slots; ++i) std::construct_at(first + i);
  head->slots.store(slots, std::memory_order_relaxed);
  head->created.store(static_cast<std::uint64_t>(now.time_since_epoch().count()),
                      std::memory_order_relaxed);
  head->layout.store(layout(), std::memory_order_release);
  return SharedBlock{std::shared_ptr<Head>(std::shared_ptr<Head>{}, head)};
}

std::optional<SharedBlock> SharedBlock::attach(void* memory) noexcept {
  auto* head = static_cast<Head*>(memory);
  if (head->layout.load(std::memory_order_acquire) != layout()) return {};
  return SharedBlock{std::shared_ptr<Head>(std::shared_ptr<Head>{}, head)};
}

SharedBlock SharedBlock::own(std::size_t slots, Wall now) {
  constexpr std::align_val_t alignment{alignof(Head)};
  const std::shared_ptr<void> memory(::operator new(size_for(slots), alignment),
                                     [](void* data) { ::operator delete(data, alignment); });
  const SharedBlock block = create(memory.get(), slots, now);
  return SharedBlock{std::shared_ptr<Head>(memory, block.head_.get())};
}

Metrics SharedBlock::metrics() const noexcept {
  return Metrics{std::shared_ptr<Counters>(head_, &head_->counters)};
}

std::span<Slot> SharedBlock::slots() const noexcept {
  auto* first = reinterpret_cast<Slot*>(reinterpret_cast<std::byte*>(head_.get()) + sizeof(Head));
  return {first, head_->slots.load(std::memory_order_relaxed)};
}

Wall SharedBlock::created() const noexcept {
  return Wall{
      Milliseconds{static_cast<Milliseconds::rep>(head_->created.load(std::memory_order_relaxed))}};
}

std::uint64_t SharedBlock::next_generation() const noexcept {
  return head_->generation.fetch_add(1, std::memory_order_relaxed) + 1;
}

}  // namespace vneid::metrics
