// A Cookie header from a hostile browser: what the portal is sent is read as one value by whoever
// splits at ';', takes the first or the last of a name, and minds no case.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "text/ascii.hpp"
#include "text/cookie.hpp"
#include "text/portal_cookies.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::string_view name = "sid";
  const std::string_view header{reinterpret_cast<const char*>(data), size};
  const auto passed = vneid::text::portal_cookies({header}, name);
  std::size_t found = 0;
  for (const auto& pair : vneid::text::cookie_pairs(passed.header)) {
    if (!vneid::text::equal_without_case(pair.name, name)) continue;
    if (++found > 1 || pair.name != name || pair.value != passed.value) std::abort();
  }
  if ((found == 0) != passed.value.empty()) std::abort();
  const auto again = vneid::text::portal_cookies({passed.header}, name);
  if (again.header != passed.header || again.value != passed.value) std::abort();
  return 0;
}
