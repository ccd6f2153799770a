// A session as Redis and the shared table hold it: whatever the bytes, it is read within them, and
// what is read is written and read again as the same.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "session/packed.hpp"
#include "session/stored_names.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using vneid::Session;
  std::string bytes = vneid::packed::layout_of<Session>();
  bytes.append(reinterpret_cast<const char*>(data), size);
  const auto session = vneid::packed::from_bytes<Session>(bytes);
  if (!session) return 0;
  const auto again = vneid::packed::from_bytes<Session>(vneid::packed::to_bytes(*session));
  if (!again || vneid::sealed::to_text(*again) != vneid::sealed::to_text(*session)) std::abort();
  return 0;
}
