// A key set from a hostile provider: no crash, bounded work.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "oidc/jose/key_set.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using vneid::oidc::KeySet;
  const auto set = KeySet::parse({reinterpret_cast<const char*>(data), size});
  if (!set) return 0;
  if (set->size() > KeySet::max_keys) std::abort();
  for (const char* name : {"RS256", "ES256", "ES384", "ES512"}) {
    const auto algorithm = *vneid::oidc::find_algorithm(name);
    for (const auto* key : set->candidates(std::nullopt, algorithm)) {
      if (!key->handle || cjose_jwk_get_kty(key->handle.get(), nullptr) != algorithm.key_type) {
        std::abort();
      }
    }
  }
  return 0;
}
