#pragma once

#include <stdexcept>
#include <string>

namespace vneid {

/// A dependency that could not answer in time: down, refusing, stalled, or talking nonsense.
/// The flow's root turns it into the 503 page (domain.md §5.8) and logs `what()`, which therefore
/// never contains a secret, a token or a citizen's number.
class Unavailable : public std::runtime_error {
 public:
  enum class Dependency { redis, postgres, provider, population };

  Unavailable(Dependency dependency, const std::string& cause)
      : std::runtime_error(cause), dependency_(dependency) {}

  [[nodiscard]] Dependency dependency() const noexcept { return dependency_; }

 private:
  Dependency dependency_;
};

}  // namespace vneid
