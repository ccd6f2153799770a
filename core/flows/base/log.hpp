#pragma once

#include <cstdint>
#include <string_view>

namespace vneid::flows {

/// Where causes go. Lines carry the reference id that the person saw (empty: nobody did), and never
/// a secret, a token or a whole citizen number. Implementations must not throw.
class Log {
 public:
  /// `emergency`: the installation does not work, and only an operator can mend it.
  enum class Severity : std::uint8_t { info, warning, error, emergency };

  Log() = default;
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;
  virtual ~Log() = default;

  virtual void write(Severity severity, std::string_view reference,
                     std::string_view text) noexcept = 0;
};

}  // namespace vneid::flows
