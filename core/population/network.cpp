#include "population/network.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cstdint>
#include <span>

#include "crypto/digest.hpp"

namespace vneid::population {

namespace {

using Address = std::array<std::uint8_t, 16>;

struct Prefix {
  Address bytes;
  unsigned bits;
};

constexpr std::array<std::uint8_t, 12> mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

constexpr Prefix v4(std::uint8_t a, std::uint8_t b, unsigned bits) {
  return {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, a, b}, 96 + bits};
}

// RFC 1918, 6598, 3927, 1122, 4193, 4291.
constexpr std::array not_limited{
    v4(10, 0, 8),  v4(172, 16, 12), v4(192, 168, 16),  v4(100, 64, 10),          v4(169, 254, 16),
    v4(127, 0, 8), v4(0, 0, 8),     Prefix{{0xfc}, 7}, Prefix{{0xfe, 0x80}, 10}, Prefix{{0}, 96},
};

bool is_in(const Address& address, const Prefix& prefix) {
  for (unsigned bit = 0; bit < prefix.bits; ++bit) {
    const auto mask = static_cast<std::uint8_t>(0x80U >> (bit % 8));
    if (((address.at(bit / 8) ^ prefix.bytes.at(bit / 8)) & mask) != 0) return false;
  }
  return true;
}

/// Both families as IPv6 (RFC 4291 §2.5.5.2).
bool parse(const std::string& text, Address& address) {
  if (::inet_pton(AF_INET6, text.c_str(), address.data()) == 1) return true;
  std::ranges::copy(mapped, address.begin());
  return ::inet_pton(AF_INET, text.c_str(), address.data() + mapped.size()) == 1;
}

}  // namespace

std::string limited_network(std::string_view address) {
  Address parsed{};
  if (!parse(std::string{address}, parsed)) return {};
  const auto covers = [&](const Prefix& prefix) { return is_in(parsed, prefix); };
  if (std::ranges::any_of(not_limited, covers)) return {};
  const bool is_v4 = std::ranges::equal(mapped, std::span{parsed}.first(mapped.size()));
  const std::size_t kept = is_v4 ? parsed.size() : 8;
  return crypto::hex({reinterpret_cast<const char*>(parsed.data()), kept});
}

}  // namespace vneid::population
