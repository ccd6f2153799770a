#include "session/table/session_table.hpp"

#include <algorithm>
#include <cstring>
#include <memory>
#include <new>
#include <sodium/crypto_shorthash_siphash24.h>
#include <utility>

#include "crypto/random.hpp"
#include "session/table/layout.hpp"

namespace vneid {

namespace {

/// Changes with whatever says where a number is and what it means.
constexpr std::uint64_t layout_mark = 0x566e'6549'4474'0002;
constexpr std::size_t ways = 8;
static_assert(SessionTable::longest_record % sizeof(Word) == 0);

std::int64_t milliseconds(Monotonic moment) noexcept {
  return std::chrono::floor<Milliseconds>(moment.time_since_epoch()).count();
}
Monotonic moment_of(std::uint64_t milliseconds) noexcept {
  return Monotonic{Milliseconds{static_cast<std::int64_t>(milliseconds)}};
}
std::uint64_t word_of(Monotonic moment) noexcept {
  return static_cast<std::uint64_t>(milliseconds(moment));
}

bool is_same(const SessionTable::Tag& left, const SessionTable::Tag& right) noexcept {
  return ((left[0] ^ right[0]) | (left[1] ^ right[1])) == 0;
}

/// An id is a hash in hexadecimal: 16 digits of it are 64 bits. Whoever picks tokens to make two of
/// them meet has both forgotten when one is.
std::uint64_t number_of(std::string_view id) noexcept {
  std::uint64_t number = 0;
  for (const char digit : id.substr(0, 16)) {
    const auto byte = static_cast<unsigned char>(digit);
    number = (number << 4U) | ((byte & 0xfU) + (byte >= 'a' ? 9U : 0U));
  }
  return number;
}

/// To at least so much.
void raise(Word& word, std::uint64_t least) noexcept {
  std::uint64_t before = word.load(std::memory_order_relaxed);
  while (before < least && !word.compare_exchange_weak(before, least, std::memory_order_acq_rel)) {
  }
}

/// A process that is alone has nobody to keep out.
class NoLock final : public TableLock {
 public:
  void lock() noexcept override {}
  void unlock() noexcept override {}
};

class Locked {
 public:
  explicit Locked(TableLock& lock) noexcept : lock_(lock) { lock_.lock(); }
  Locked(const Locked&) = delete;
  Locked& operator=(const Locked&) = delete;
  ~Locked() { lock_.unlock(); }

 private:
  TableLock& lock_;
};

}  // namespace

std::size_t SessionTable::size_for(std::size_t entries) noexcept {
  return sizeof(Head) + entries * (sizeof(Entry) + 2 * sizeof(std::uint32_t));
}

std::size_t SessionTable::entries_for(std::size_t bytes) noexcept {
  if (bytes <= sizeof(Head)) return 0;
  const std::size_t most = (bytes - sizeof(Head)) / (sizeof(Entry) + 2 * sizeof(std::uint32_t));
  return most / ways * ways;
}

SessionTable SessionTable::create(void* memory, std::size_t entries, TableLock& lock) noexcept {
  static_assert(sizeof(Entry) == 256 && std::atomic<std::uint64_t>::is_always_lock_free);
  auto* head = std::construct_at(static_cast<Head*>(memory));
  head->entries = entries;
  const std::string key = crypto::random_bytes(head->hash_key.size());
  std::ranges::copy(key, head->hash_key.begin());
  head->epoch.store(1, std::memory_order_relaxed);
  SessionTable table{std::shared_ptr<Head>{std::shared_ptr<void>{}, head}, &lock};
  for (std::size_t i = 0; i < entries; ++i) std::construct_at(table.entries() + i);
  std::fill_n(table.rows(), 2 * entries, 0U);
  head->layout.store(layout_mark, std::memory_order_release);
  return table;
}

std::optional<SessionTable> SessionTable::attach(void* memory, TableLock& lock) noexcept {
  auto* head = static_cast<Head*>(memory);
  if (head->layout.load(std::memory_order_acquire) != layout_mark) return std::nullopt;
  return SessionTable{std::shared_ptr<Head>{std::shared_ptr<void>{}, head}, &lock};
}

SessionTable SessionTable::own(std::size_t entries) {
  static NoLock lock;
  const std::size_t size = size_for(entries);
  const std::align_val_t alignment{alignof(Head)};
  const std::shared_ptr<void> memory{::operator new(size, alignment), [](void* begin) {
                                       ::operator delete(begin, std::align_val_t{alignof(Head)});
                                     }};
  SessionTable table = create(memory.get(), entries, lock);
  table.head_ = std::shared_ptr<Head>{memory, table.head_.get()};
  return table;
}

SessionTable::Entry* SessionTable::entries() const noexcept {
  return reinterpret_cast<Entry*>(head_.get() + 1);
}

std::uint32_t* SessionTable::rows() const noexcept {
  return reinterpret_cast<std::uint32_t*>(entries() + head_->entries);
}

SessionTable::Tag SessionTable::tag_of(std::string_view token) const noexcept {
  Tag tag{};
  static_assert(sizeof tag == crypto_shorthash_siphashx24_BYTES);
  crypto_shorthash_siphashx24(reinterpret_cast<unsigned char*>(tag.data()),
                              reinterpret_cast<const unsigned char*>(token.data()), token.size(),
                              head_->hash_key.data());
  return tag;
}

std::span<SessionTable::Entry> SessionTable::bucket_of(const Tag& tag) const noexcept {
  return {entries() + tag[0] % (head_->entries / ways) * ways, ways};
}

std::span<std::uint32_t> SessionTable::row_of(std::uint64_t id) const noexcept {
  return {rows() + id % (2 * head_->entries / ways) * ways, ways};
}

std::optional<SessionTable::Held> SessionTable::read(const Tag& tag) const noexcept {
  for (const Entry& entry : bucket_of(tag)) {
    if (!is_same(entry.tag(), tag)) continue;
    auto held = entry.read();
    if (held && is_same(held->tag, tag) && held->reading != 0) return held;
  }
  return std::nullopt;
}

std::optional<SessionTable::Found> SessionTable::look(const Tag& tag, Monotonic now) const {
  if (!is_fresh(now)) return std::nullopt;
  const auto held = read(tag);
  if (!held || held->epoch != head_->epoch.load(std::memory_order_acquire)) return std::nullopt;
  return found_in(*held, now);
}

std::optional<SessionTable::Found> SessionTable::remembered(const Tag& tag, Monotonic now,
                                                            Milliseconds grace) const {
  const auto held = read(tag);
  if (!held || held->epoch < head_->void_before.load(std::memory_order_acquire)) {
    return std::nullopt;
  }
  std::uint64_t confirmed = held->filled;
  if (held->epoch == head_->epoch.load(std::memory_order_acquire)) {
    confirmed = std::max(confirmed, head_->proven.load(std::memory_order_acquire));
  }
  if (now - moment_of(confirmed) > grace) return std::nullopt;
  return found_in(*held, now);
}

std::optional<SessionTable::Found> SessionTable::found_in(const Held& held, Monotonic now) {
  if (now >= moment_of(held.expires) || held.size > longest_record) return std::nullopt;
  Found found;
  found.expires = moment_of(held.expires);
  found.reading = held.reading;
  found.size = held.size;
  std::memcpy(found.bytes.data(), held.record.data(), held.size);
  return found;
}

SessionTable::Entry* SessionTable::find(const Tag& tag) noexcept {
  for (Entry& entry : bucket_of(tag)) {
    if (!entry.is_torn() && is_same(entry.tag(), tag) && entry.held().id != 0) return &entry;
  }
  return nullptr;
}

/// How much is lost with an entry: nothing with one that is empty or void, little with one that
/// waits for an answer, and the less the longer ago it was filled. So whoever comes with tokens
/// that are nobody's pushes out his own.
std::pair<int, std::uint64_t> SessionTable::worth(const Entry& entry) const noexcept {
  const std::uint64_t epoch = head_->epoch.load(std::memory_order_relaxed);
  if (entry.is_torn()) return {0, 0};
  const Held held = entry.held();
  if (held.reading != 0 && held.epoch == epoch) return {2, held.filled};
  if (held.id != 0 && held.waiting_epoch == epoch) return {1, held.filled};
  return {0, 0};
}

SessionTable::Entry& SessionTable::place_for(const Tag& tag) noexcept {
  Entry& least = *std::ranges::min_element(bucket_of(tag), {},
                                           [this](const Entry& entry) { return worth(entry); });
  clear(least);
  return least;
}

/// First the entry and then its place: whoever is killed between leaves a place that names an entry
/// of another id, which is as good as free.
void SessionTable::clear(Entry& entry) noexcept {
  const std::uint64_t id = entry.is_torn() ? 0 : entry.held().id;
  entry.write(Held{});
  if (id == 0) return;
  const auto number = static_cast<std::uint32_t>(&entry - entries()) + 1;
  for (std::uint32_t& place : row_of(id)) {
    if (place == number) place = 0;
  }
}

/// Before the entry is written, so that no entry is ever there that `forget` does not find.
void SessionTable::list(std::uint64_t id, const Entry& entry) noexcept {
  const auto number = static_cast<std::uint32_t>(&entry - entries()) + 1;
  const auto row = row_of(id);
  const auto is_free = [&](std::uint32_t place) {
    if (place == 0 || place == number) return true;
    const Entry& other = entries()[place - 1];
    return other.is_torn() || row_of(other.held().id).data() != row.data();
  };
  auto place = std::ranges::find_if(row, is_free);
  if (place == row.end()) {
    place = std::ranges::min_element(
        row, {}, [this](std::uint32_t other) { return worth(entries()[other - 1]); });
    clear(entries()[*place - 1]);
  }
  *place = number;
}

SessionTable::Reservation SessionTable::reserve(const Tag& tag, std::string_view id,
                                                Monotonic now) noexcept {
  const Locked locked{*lock_};
  Entry* entry = find(tag);
  if (entry == nullptr) {
    entry = &place_for(tag);
    entry->touched.store(0, std::memory_order_relaxed);
    list(number_of(id), *entry);
  }
  Held held = entry->held();
  const std::uint64_t epoch = head_->epoch.load(std::memory_order_relaxed);
  // Whoever asks while others do shares their place: each answer is as good, since what is taken
  // back takes the place from all of them, and the first one to come fills it.
  if (held.waiting != 0 && held.waiting_epoch == epoch) {
    return {.tag = tag, .reading = held.waiting};
  }
  held.tag = tag;
  held.id = number_of(id);
  held.waiting = head_->readings.fetch_add(1, std::memory_order_relaxed) + 1;
  held.waiting_epoch = epoch;
  if (held.reading == 0) held.filled = word_of(now);  // its age, for place_for
  entry->write(held);
  return {.tag = tag, .reading = held.waiting};
}

// NOLINTNEXTLINE(bugprone-easily-swappable-parameters): in the order of time
void SessionTable::fill(const Reservation& place, std::string_view record, Monotonic now,
                        Monotonic expires) noexcept {
  if (record.empty() || record.size() > longest_record) return;
  const Locked locked{*lock_};
  Entry* entry = find(place.tag);
  if (entry == nullptr) return;
  Held held = entry->held();
  const std::uint64_t epoch = head_->epoch.load(std::memory_order_relaxed);
  if (held.waiting != place.reading || held.waiting_epoch != epoch) return;
  held.reading = std::exchange(held.waiting, 0);
  held.epoch = epoch;
  held.filled = word_of(now);
  held.expires = word_of(expires);
  held.size = record.size();
  std::memcpy(held.record.data(), record.data(), record.size());
  entry->write(held);
}

bool SessionTable::claim_touch(const Tag& tag, Monotonic now, Milliseconds pause) noexcept {
  for (Entry& entry : bucket_of(tag)) {
    if (!is_same(entry.tag(), tag)) continue;
    std::uint64_t before = entry.touched.load(std::memory_order_relaxed);
    return (before == 0 || now - moment_of(before) >= pause) &&
           entry.touched.compare_exchange_strong(before, word_of(now), std::memory_order_relaxed);
  }
  return true;
}

void SessionTable::forget(std::string_view id) noexcept {
  const std::uint64_t number = number_of(id);
  const Locked locked{*lock_};
  for (const std::uint32_t place : row_of(number)) {
    if (place == 0) continue;
    Entry& entry = entries()[place - 1];
    if (!entry.is_torn() && entry.held().id == number) clear(entry);
  }
}

void SessionTable::begin_anew() noexcept { head_->epoch.fetch_add(1, std::memory_order_acq_rel); }

void SessionTable::forget_everything() noexcept {
  raise(head_->void_before, head_->epoch.fetch_add(1, std::memory_order_acq_rel) + 1);
}

void SessionTable::proven(Monotonic moment) noexcept {
  raise(head_->proven, word_of(moment));
  raise(head_->trusted, word_of(moment));
}

void SessionTable::doubt(Monotonic moment) noexcept {
  std::uint64_t last = word_of(moment);
  head_->trusted.compare_exchange_strong(last, 0, std::memory_order_acq_rel);
}

bool SessionTable::is_fresh(Monotonic now) const noexcept {
  const std::uint64_t trusted = head_->trusted.load(std::memory_order_acquire);
  return trusted != 0 && now - moment_of(trusted) <= trusted_for;
}

std::size_t SessionTable::size() const noexcept {
  std::size_t filled = 0;
  for (const Entry& entry : std::span{entries(), head_->entries}) {
    const auto held = entry.read();
    filled += static_cast<std::size_t>(held && held->reading != 0);
  }
  return filled;
}

}  // namespace vneid
