#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>
#include <type_traits>

#include "async/event_loop.hpp"
#include "metrics/counters.hpp"

namespace vneid::metrics {

/// Whether a worker asks a dependency. `open`: not now, it failed too often; `half_open`: one call
/// finds out whether it is back.
VNEID_LABELS(Circuit, unknown, closed, half_open, open);
/// What kind of failure, without its text: that may name hosts and belongs in the error log.
VNEID_LABELS(Failure, none, refused, timeout, tls, protocol, overload, misconfigured, other);

/// A short text without a pointer. What does not fit is cut.
template <std::size_t size>
class ShortText {
 public:
  constexpr ShortText() = default;
  explicit ShortText(std::string_view text) noexcept {
    std::ranges::copy(text.substr(0, size - 1), bytes_.begin());
  }
  [[nodiscard]] std::string_view view() const noexcept {
    return {bytes_.data(),
            static_cast<std::size_t>(std::ranges::find(bytes_, '\0') - bytes_.begin())};
  }

 private:
  std::array<char, size> bytes_{};
};

/// A dependency as one worker sees it. Instants at the epoch: never.
struct DependencyStatus {
  Circuit circuit = Circuit::unknown;
  Failure last_failure = Failure::none;
  std::uint32_t failures_in_row = 0;
  Wall last_failure_at{};
  Wall last_success_at{};
};

/// A key of `vneid_keys`, without its secret. Created at the epoch: its id does not tell.
struct KeyStatus {
  ShortText<40> id;
  Wall created{};
};

/// What a worker holds of an identity provider. Fetched at the epoch: nothing yet.
struct ProviderStatus {
  ShortText<48> name;
  Wall metadata_at{};
  Wall keys_at{};
};

/// What one worker knows. Plain bytes: it is copied into shared memory as it is.
struct WorkerStatus {
  static constexpr std::size_t most_providers = 8;

  std::int64_t pid = 0;
  std::uint64_t generation = 0;  ///< configurations read since the zone was made, from 1
  std::uint32_t number = 0;      ///< of the worker in its generation, from 0
  std::uint32_t key_count = 0;
  Wall started{};
  Wall updated{};
  bool leaving = false;
  KeyStatus newest_key;  ///< seals
  KeyStatus oldest_key;  ///< the oldest that still opens
  std::array<DependencyStatus, label_count<Dependency>> dependencies{};
  std::array<ProviderStatus, most_providers> providers{};  ///< those with a name
};
static_assert(std::is_trivially_copyable_v<WorkerStatus>);
static_assert(sizeof(WorkerStatus) % 8 == 0 && alignof(WorkerStatus) <= 8);

}  // namespace vneid::metrics
