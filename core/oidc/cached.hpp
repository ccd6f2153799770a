#pragma once

#include <chrono>
#include <memory>
#include <string_view>
#include <utility>

#include "async/event_loop.hpp"

namespace vneid::oidc {

/// A document of a provider that stays useful after its time: when a newer one cannot be had, the
/// old one is used, and the provider is asked again after a pause.
template <class T>
class Cached {
 public:
  [[nodiscard]] const std::shared_ptr<const T>& value() const noexcept { return value_; }
  /// Whether the value may be used without asking the provider.
  [[nodiscard]] bool usable(Monotonic now) const noexcept { return value_ && now < ask_again_; }

  void store(std::shared_ptr<const T> value, Monotonic now, Milliseconds lifetime) {
    value_ = std::move(value);
    ask_again_ = now + lifetime;
  }
  void refresh_failed(Monotonic now, Milliseconds pause) noexcept { ask_again_ = now + pause; }

 private:
  std::shared_ptr<const T> value_;
  Monotonic ask_again_;
};

/// How long a document is good, from its Cache-Control header: `max-age` within 1 minute to
/// 24 hours, 1 hour where none is given or it is no number.
std::chrono::seconds lifetime_from(std::string_view cache_control) noexcept;

}  // namespace vneid::oidc
