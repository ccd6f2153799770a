#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstdint>
#include <optional>
#include <sodium/crypto_shorthash_siphash24.h>

#include "session/table/session_table.hpp"

/// How the table lies in memory; for session_table.cpp alone.
namespace vneid {

using Word = std::atomic<std::uint64_t>;

/// The table begins with it. Entries follow, and then rows of entries' numbers (from 1; 0: none) by
/// their ids, twice as many as there are entries.
struct alignas(64) SessionTable::Head {
  Word layout{};
  std::uint64_t entries = 0;
  std::array<unsigned char, crypto_shorthash_siphashx24_KEYBYTES> hash_key{};
  Word epoch{};        ///< counted up when all that was there is void
  Word void_before{};  ///< the epoch that began when Redis said that nothing is left
  Word readings{};     ///< the number of the last reading
  Word proven{};       ///< milliseconds; what Redis took back before is gone from here
  Word trusted{};      ///< the same, while somebody listens; 0: nobody does
};

/// What an entry says. In the shared memory each member is a word that is written alone, and
/// `sequence` tells whether they belong together.
struct SessionTable::Held {
  Tag tag{};
  std::uint64_t id = 0;
  std::uint64_t reading = 0;  ///< of what is in it; 0: nothing is
  std::uint64_t epoch = 0;    ///< when it was filled
  std::uint64_t waiting = 0;  ///< the reading that is under way; 0: none
  std::uint64_t waiting_epoch = 0;
  std::uint64_t filled = 0;   ///< milliseconds
  std::uint64_t expires = 0;  ///< milliseconds
  std::uint64_t size = 0;     ///< of the record
  std::array<std::uint64_t, longest_record / sizeof(Word)> record{};
};

struct alignas(64) SessionTable::Entry {
  static constexpr std::size_t held_words = sizeof(Held) / sizeof(Word);
  Word sequence{};
  Word touched{};  ///< milliseconds; on its own
  std::array<Word, held_words> words{};

  /// For writers, who have the lock.
  [[nodiscard]] Held held() const noexcept {
    std::array<std::uint64_t, held_words> copy{};
    for (std::size_t i = 0; i < held_words; ++i) {
      copy[i] = words[i].load(std::memory_order_relaxed);
    }
    return std::bit_cast<Held>(copy);
  }
  /// Whether a writer was killed while it wrote.
  [[nodiscard]] bool is_torn() const noexcept {
    return (sequence.load(std::memory_order_relaxed) & 1U) != 0;
  }
  void write(const Held& held) noexcept {
    const std::uint64_t odd = sequence.load(std::memory_order_relaxed) | 1U;
    sequence.store(odd, std::memory_order_relaxed);
    std::atomic_thread_fence(std::memory_order_release);
    const auto copy = std::bit_cast<std::array<std::uint64_t, held_words>>(held);
    for (std::size_t i = 0; i < held_words; ++i) {
      words[i].store(copy[i], std::memory_order_relaxed);
    }
    sequence.store(odd + 1, std::memory_order_release);
  }
  /// For readers; nothing when it is written all the time.
  [[nodiscard]] std::optional<Held> read() const noexcept {
    for (int tries = 0; tries < 4; ++tries) {
      const std::uint64_t before = sequence.load(std::memory_order_acquire);
      if ((before & 1U) != 0) continue;
      const Held copy = held();
      std::atomic_thread_fence(std::memory_order_acquire);
      if (sequence.load(std::memory_order_relaxed) == before) return copy;
    }
    return std::nullopt;
  }
  [[nodiscard]] Tag tag() const noexcept {
    return {words[0].load(std::memory_order_relaxed), words[1].load(std::memory_order_relaxed)};
  }
};

}  // namespace vneid
