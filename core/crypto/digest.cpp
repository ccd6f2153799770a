#include "crypto/digest.hpp"

#include <array>
#include <cstdint>

#include <openssl/crypto.h>

#include "crypto/openssl.hpp"

namespace vneid::crypto {

namespace {

constexpr std::uint8_t foreign = 0xff;

/// The 64 characters of an encoding, and the value of each.
struct Alphabet {
  consteval explicit Alphabet(std::string_view of) : characters(of) {
    values.fill(foreign);
    for (std::size_t i = 0; i < of.size(); ++i) {
      values[static_cast<unsigned char>(of[i])] = static_cast<std::uint8_t>(i);
    }
  }

  std::string_view characters;
  std::array<std::uint8_t, 256> values{};
};

constexpr Alphabet standard{"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"};
constexpr Alphabet url{"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"};

std::string encode(std::string_view bytes, const Alphabet& alphabet) {
  std::string text;
  text.reserve((bytes.size() * 4 + 2) / 3 + 2);
  std::uint32_t pending = 0;
  unsigned bits = 0;
  for (const char c : bytes) {
    pending = (pending << 8) | static_cast<unsigned char>(c);
    for (bits += 8; bits >= 6; bits -= 6) text += alphabet.characters[(pending >> (bits - 6)) & 63];
  }
  if (bits > 0) text += alphabet.characters[(pending << (6 - bits)) & 63];
  return text;
}

std::optional<std::string> decode(std::string_view text, const Alphabet& alphabet) {
  if (text.size() % 4 == 1) return std::nullopt;
  std::string bytes;
  bytes.reserve(text.size() * 3 / 4);
  std::uint32_t pending = 0;
  unsigned bits = 0;
  for (const char c : text) {
    const std::uint8_t value = alphabet.values[static_cast<unsigned char>(c)];
    if (value == foreign) return std::nullopt;
    pending = (pending << 6) | value;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes += static_cast<char>((pending >> bits) & 0xff);
    }
  }
  const std::uint32_t unused = pending & ((1U << bits) - 1);
  if (unused != 0) return std::nullopt;
  return bytes;
}

}  // namespace

std::string sha256(std::string_view bytes) {
  std::string digest(32, '\0');
  if (EVP_Digest(bytes.data(), bytes.size(), reinterpret_cast<unsigned char*>(digest.data()),
                 nullptr, sha_256(), nullptr) != 1) {
    throw OpenSslError("EVP_Digest");
  }
  return digest;
}

// NOLINTNEXTLINE(bugprone-easily-swappable-parameters): the order of RFC 2104
std::string hmac_sha256(std::string_view key, std::string_view message) {
  const MacContext context = hmac_context(key);
  return mac_of(context.get(), message);
}

std::string hex(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text += digits[byte >> 4];
    text += digits[byte & 15];
  }
  return text;
}

std::string base64url_encode(std::string_view bytes) { return encode(bytes, url); }

std::optional<std::string> base64url_decode(std::string_view text) { return decode(text, url); }

std::string base64_encode(std::string_view bytes) {
  std::string text = encode(bytes, standard);
  text.append((4 - text.size() % 4) % 4, '=');
  return text;
}

std::optional<std::string> base64_decode(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  for (int padding = 0; padding < 2 && text.ends_with('='); ++padding) text.remove_suffix(1);
  return decode(text, standard);
}

bool equal_constant_time(std::string_view left, std::string_view right) noexcept {
  return left.size() == right.size() &&
         (left.empty() || CRYPTO_memcmp(left.data(), right.data(), left.size()) == 0);
}

}  // namespace vneid::crypto
