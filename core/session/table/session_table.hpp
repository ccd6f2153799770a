#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "async/event_loop.hpp"

namespace vneid {

/// Keeps other writers of the same table out, also those of other processes.
class TableLock {
 public:
  TableLock() = default;
  TableLock(const TableLock&) = delete;
  TableLock& operator=(const TableLock&) = delete;
  virtual void lock() noexcept = 0;
  virtual void unlock() noexcept = 0;

 protected:
  ~TableLock() = default;
};

/// Sessions that workers have lately read from Redis, in memory that they share (design D16,
/// `vneid_zone`). Redis stays the truth; here is what it said, as long as somebody listens to what
/// it takes back.
///
/// - An entry answers (`look`) only while the table is fresh: some worker has proven within the
///   last second that what Redis takes back arrives here.
/// - Whoever asks Redis for a session reserves its place first. What is taken back meanwhile takes
///   the reservation too, so an answer from before that is never filled in.
/// - Taking back needs no entry of its own: what is not here is asked of Redis.
///
/// A token is not kept: its SipHash under the table's own random key stands for it. No pointers
/// and no allocation; readers take no lock, and go by a sequence number that is odd while an entry
/// is written. A writer may be killed at any instant: its lock is then the caller's to break, and
/// the entry it left odd is nobody's until it is written anew. Copies refer to the same memory.
///
/// Instants are of a monotonic clock that all processes of the machine share.
class SessionTable {
 public:
  /// 128 bits of a keyed hash of a session's token.
  using Tag = std::array<std::uint64_t, 2>;

  static constexpr std::size_t longest_record = 160;
  /// For so long after the last proof entries answer.
  static constexpr Milliseconds trusted_for{1000};

  /// What Redis has said of a session.
  struct Found {
    std::array<char, longest_record> bytes{};
    std::size_t size = 0;
    Monotonic expires{};        ///< when Redis forgets it, unless it is touched before
    std::uint64_t reading = 0;  ///< the reading that filled it: another one, another number

    [[nodiscard]] std::string_view record() const noexcept { return {bytes.data(), size}; }
  };
  /// A place that waits for Redis' answer. None: there was no room, and nothing is to be filled.
  struct Reservation {
    Tag tag{};
    std::uint64_t reading = 0;
  };

  /// How many bytes a table of so many entries takes, and how many fit into so many bytes.
  static std::size_t size_for(std::size_t entries) noexcept;
  static std::size_t entries_for(std::size_t bytes) noexcept;

  /// Makes a table in `size_for(entries)` bytes, aligned to 64, that are zero and that the caller
  /// keeps; `entries` as of entries_for().
  static SessionTable create(void* memory, std::size_t entries, TableLock& lock) noexcept;
  /// The one that is in this memory; nothing when it is of another layout.
  static std::optional<SessionTable> attach(void* memory, TableLock& lock) noexcept;
  /// One of this process alone, in memory of its own.
  static SessionTable own(std::size_t entries);

  [[nodiscard]] Tag tag_of(std::string_view token) const noexcept;

  /// What Redis said, when it may be believed now.
  [[nodiscard]] std::optional<Found> look(const Tag& tag, Monotonic now) const;
  /// The same for when Redis is away: what it said or confirmed at most `grace` ago.
  [[nodiscard]] std::optional<Found> remembered(const Tag& tag, Monotonic now,
                                                Milliseconds grace) const;

  /// `id`: the session's name in Redis, of which the first 64 bits tell it from others here.
  Reservation reserve(const Tag& tag, std::string_view id, Monotonic now) noexcept;
  /// What Redis answered to a question that was asked after the place was reserved. A record that
  /// is too long is not kept.
  void fill(const Reservation& place, std::string_view record, Monotonic now,
            Monotonic expires) noexcept;
  /// True for one caller a `pause`: who is to prolong the session. Of one that has no place here,
  /// everybody: better twice than never.
  [[nodiscard]] bool claim_touch(const Tag& tag, Monotonic now, Milliseconds pause) noexcept;

  /// The session is no more what it was: in this process and in all others from now on.
  void forget(std::string_view id) noexcept;
  /// Redis has none of them any more.
  void forget_everything() noexcept;
  /// Something may have been missed: Redis is to be asked of each, and may be away (`remembered`).
  void begin_anew() noexcept;

  /// Everything that Redis took back before `moment` has been forgotten here.
  void proven(Monotonic moment) noexcept;
  /// Whoever proved that hears no more. Unless others prove the same, nothing is fresh from now on.
  void doubt(Monotonic moment) noexcept;
  [[nodiscard]] bool is_fresh(Monotonic now) const noexcept;
  /// How many entries are filled, for tests and the status.
  [[nodiscard]] std::size_t size() const noexcept;

 private:
  struct Head;
  struct Entry;
  struct Held;

  SessionTable(std::shared_ptr<Head> head, TableLock* lock) noexcept
      : head_(std::move(head)), lock_(lock) {}

  [[nodiscard]] Entry* entries() const noexcept;
  [[nodiscard]] std::uint32_t* rows() const noexcept;
  [[nodiscard]] std::span<Entry> bucket_of(const Tag& tag) const noexcept;
  [[nodiscard]] std::span<std::uint32_t> row_of(std::uint64_t id) const noexcept;
  [[nodiscard]] std::optional<Held> read(const Tag& tag) const noexcept;
  static std::optional<Found> found_in(const Held& held, Monotonic now);

  // With the lock:
  Entry* find(const Tag& tag) noexcept;
  [[nodiscard]] std::pair<int, std::uint64_t> worth(const Entry& entry) const noexcept;
  Entry& place_for(const Tag& tag) noexcept;
  void clear(Entry& entry) noexcept;
  void list(std::uint64_t id, const Entry& entry) noexcept;

  std::shared_ptr<Head> head_;
  TableLock* lock_;
};

}  // namespace vneid
