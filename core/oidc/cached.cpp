#include "oidc/cached.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <system_error>

namespace vneid::oidc {

std::chrono::seconds lifetime_from(std::string_view cache_control) noexcept {
  using std::chrono::seconds;
  static constexpr seconds shortest{60};
  static constexpr seconds usual{3600};
  static constexpr seconds longest{24 * 3600};
  static constexpr std::string_view name = "max-age=";
  while (!cache_control.empty()) {
    auto directive = cache_control.substr(0, cache_control.find(','));
    cache_control.remove_prefix(std::min(directive.size() + 1, cache_control.size()));
    directive.remove_prefix(std::min(directive.find_first_not_of(" \t"), directive.size()));
    const bool found = directive.size() > name.size() &&
                       std::ranges::equal(directive.substr(0, name.size()), name,
                                          [](char a, char b) { return (a | 0x20) == (b | 0x20); });
    if (!found) continue;
    directive.remove_prefix(name.size());
    std::int64_t age = 0;
    const auto [end, error] =
        std::from_chars(directive.data(), directive.data() + directive.size(), age);
    if (error == std::errc::result_out_of_range) return directive.front() == '-' ? usual : longest;
    if (error != std::errc{} || age < 0) return usual;
    return std::clamp(seconds{age}, shortest, longest);
  }
  return usual;
}

}  // namespace vneid::oidc
