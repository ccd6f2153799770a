#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "crypto/digest.hpp"
#include "crypto/key_ring.hpp"

using namespace vneid::crypto;

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

const KeyRing& fixed_ring() {
  static const KeyRing ring = KeyRing::parse(
                                  "seal a AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=\n"
                                  "lookup l ZWZnaGlqa2xtbm9wcXJzdHV2d3h5ent8fX5/gIGCg4Q=\n")
                                  .value();
  return ring;
}

}  // namespace

/// Key files, sealed values and base64 from any bytes: no crash, nothing opens that we did not
/// seal, and every base64 text has one meaning and every meaning one text.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace std::chrono_literals;
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  if (const auto ring = KeyRing::parse(text)) {
    require(ring->open("p", "a", ring->seal("p", "a", text)) == text);
    const auto rotated = KeyRing::rotate_text(text, 2026y / 11 / 23);
    require(rotated.has_value());
    const auto after = KeyRing::parse(*rotated);
    require(after && after->keys().size() == ring->keys().size() + 1);
    require(after->open("p", "a", ring->seal("p", "a", text)) == text);
    require(after->lookup_key("p", text) == ring->lookup_key("p", text));
  }
  // libFuzzer watches comparisons and so learns what was sealed below; nothing else may open.
  require(fixed_ring().open("p", "a", text).value_or("content") == "content");
  require(fixed_ring().open_text("p", "a", text).value_or("content") == "content");
  if (const auto bytes = base64url_decode(text)) require(base64url_encode(*bytes) == text);
  if (const auto bytes = base64_decode(text)) require(base64_encode(*bytes) == text);
  require(base64url_decode(base64url_encode(text)) == text);

  // A true seal with the input laid over it opens only if that changed nothing.
  std::string sealed = fixed_ring().seal("p", "a", "content");
  const std::string original = sealed;
  for (std::size_t i = 0; i < size && i < sealed.size(); ++i) {
    sealed[i] = static_cast<char>(sealed[i] ^ text[i]);
  }
  require(fixed_ring().open("p", "a", sealed).has_value() == (sealed == original));
  return 0;
}
