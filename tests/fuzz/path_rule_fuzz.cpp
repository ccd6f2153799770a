// A path from a hostile browser: what is let through has nothing left that a portal could take for
// more than text, however often it decodes.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "text/path_rule.hpp"
#include "text/percent.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using vneid::text::PathRule;
  const std::string_view path{reinterpret_cast<const char*>(data), size};
  if (vneid::text::path_fault(path, PathRule::plain) != nullptr) return 0;
  const std::string once = vneid::text::percent_decode(path);
  if (vneid::text::percent_decode(once) != once) std::abort();
  for (const char* trick : {";", "\\", "?", "#", "//", "/./", "/../"}) {
    if (once.contains(trick)) std::abort();
  }
  if (!once.starts_with('/') || once.ends_with("/..") || once.ends_with("/.")) std::abort();
  if (vneid::text::path_fault(path, PathRule::no_parameters) != nullptr) std::abort();
  return 0;
}
