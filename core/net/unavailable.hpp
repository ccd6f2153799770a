#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

namespace vneid {

/// What kept a dependency from answering, as far as it can be told.
enum class FailureKind : std::uint8_t {
  refused,  ///< no connection, or one that was lost
  timeout,
  tls,
  protocol,  ///< an answer that makes no sense, or says that the other side is broken
  /// It answers, and was not set up for us: no such role, database, schema; not permitted; another
  /// version. Not an outage: waiting does not mend it, and nothing goes on because of it (D21).
  misconfigured,
  overload,  ///< too much was waiting already, here
  other,
};

/// A dependency that could not answer in time: down, refusing, stalled, or talking nonsense.
/// The flow's root turns it into the 503 page (domain.md §5.8) and logs `what()`, which therefore
/// never contains a secret, a token or a citizen's number.
class Unavailable : public std::runtime_error {
 public:
  enum class Dependency { redis, postgres, provider, population };

  Unavailable(Dependency dependency, const std::string& cause,
              FailureKind kind = FailureKind::other)
      : std::runtime_error(cause), dependency_(dependency), kind_(kind) {}

  [[nodiscard]] Dependency dependency() const noexcept { return dependency_; }
  [[nodiscard]] FailureKind kind() const noexcept { return kind_; }

 private:
  Dependency dependency_;
  FailureKind kind_;
};

}  // namespace vneid
