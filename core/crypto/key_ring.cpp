#include "crypto/key_ring.hpp"

#include <algorithm>
#include <cstdint>
#include <stdexcept>

#include <openssl/err.h>

#include "crypto/digest.hpp"
#include "crypto/key_file.hpp"
#include "crypto/openssl.hpp"
#include "crypto/random.hpp"

namespace vneid::crypto {

namespace {

constexpr char format_version = 1;
constexpr std::size_t nonce_size = 12;
constexpr std::size_t tag_size = 16;
/// EVP counts in int, and nothing of ours is nearly so long.
constexpr std::size_t max_plaintext = std::size_t{1} << 30;

const unsigned char* in(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

unsigned char* out(std::string& text, std::size_t offset = 0) {
  return reinterpret_cast<unsigned char*>(text.data()) + offset;
}

/// Version and key id, as they stand in front of everything sealed with the key.
std::string header_of(std::string_view id) {
  std::string header{format_version, static_cast<char>(id.size())};
  return header.append(id);
}

std::string with_length(std::string_view text) {
  std::string result;
  for (int shift = 56; shift >= 0; shift -= 8) {
    result += static_cast<char>((static_cast<std::uint64_t>(text.size()) >> shift) & 0xff);
  }
  return result.append(text);
}

/// What is authenticated but not kept. Every part but the last tells its own length, so no byte
/// can move from one into the next and give the same sequence.
std::string authenticated_data(std::string_view header, std::string_view purpose,
                               std::string_view associated) {
  return std::string(header).append(with_length(purpose)).append(associated);
}

struct Parts {
  std::string_view header;
  std::string_view id;
  std::string_view nonce;
  std::string_view ciphertext;
  std::string_view tag;
};

std::optional<Parts> split(std::string_view sealed) {
  if (sealed.size() < 2 || sealed[0] != format_version) return std::nullopt;
  const std::size_t id_size = static_cast<unsigned char>(sealed[1]);
  const std::size_t fixed = 2 + id_size + nonce_size + tag_size;
  if (sealed.size() < fixed || sealed.size() - fixed > max_plaintext) return std::nullopt;
  const std::size_t body = 2 + id_size + nonce_size;
  return Parts{.header = sealed.substr(0, 2 + id_size),
               .id = sealed.substr(2, id_size),
               .nonce = sealed.substr(2 + id_size, nonce_size),
               .ciphertext = sealed.substr(body, sealed.size() - body - tag_size),
               .tag = sealed.substr(sealed.size() - tag_size)};
}

/// A context with key, nonce and associated data in place.
CipherContext begin(std::string_view key, std::string_view nonce, const std::string& authenticated,
                    bool encrypt) {
  CipherContext context{EVP_CIPHER_CTX_new()};
  if (!context) throw OpenSslError("EVP_CIPHER_CTX_new");
  if (EVP_CipherInit_ex2(context.get(), aes_256_gcm(), in(key), in(nonce), encrypt ? 1 : 0,
                         nullptr) != 1) {
    throw OpenSslError("EVP_CipherInit_ex2");
  }
  int length = 0;
  if (EVP_CipherUpdate(context.get(), nullptr, &length, in(authenticated),
                       static_cast<int>(authenticated.size())) != 1) {
    throw OpenSslError("EVP_CipherUpdate (associated data)");
  }
  return context;
}

void check_size(std::string_view text) {
  if (text.size() > max_plaintext) throw std::length_error("too long to seal");
}

}  // namespace

struct KeyRing::State {
  std::vector<key_file::Key> keys;
  const key_file::Key* first_seal = nullptr;  ///< into `keys`
  std::string header;                         ///< of the first seal key
  MacContext lookup;                          ///< keyed, duplicated for each use
};

KeyRing::KeyRing(std::unique_ptr<const State> state) noexcept : state_(std::move(state)) {}
KeyRing::KeyRing(KeyRing&&) noexcept = default;
KeyRing& KeyRing::operator=(KeyRing&&) noexcept = default;
KeyRing::~KeyRing() = default;

std::expected<KeyRing, std::string> KeyRing::load(const std::string& path) {
  const auto content = read_secret_file(path);
  if (!content) return std::unexpected(content.error());
  return parse(content->bytes(), path);
}

std::expected<KeyRing, std::string> KeyRing::parse(std::string_view text,
                                                   const std::string& source) {
  auto keys = key_file::parse(text, source);
  if (!keys) return std::unexpected(std::move(keys).error());
  auto state = std::make_unique<State>();
  state->keys = *std::move(keys);
  const auto first = [&state](Use use) {
    return &*std::ranges::find(state->keys, use, &key_file::Key::use);
  };
  state->first_seal = first(Use::seal);
  state->header = header_of(state->first_seal->id);
  state->lookup = hmac_context(first(Use::lookup)->secret.bytes());
  return KeyRing{std::move(state)};
}

std::string KeyRing::generate_text(std::chrono::year_month_day today) {
  return "# Keys of the VNeID module. Only the owner may read this file (chmod 600). Whoever\n"
         "# has it can open sessions, sealed citizen numbers and withheld logins; without it\n"
         "# none of them opens again, so keep a copy apart from the database's.\n"
         "# The first seal key seals and all of them open: rotate by putting a new one in "
         "front.\n" +
         key_file::fresh_line(Use::seal, key_file::fresh_id(today, {})) +
         "# Never change the lookup key: stored look-up values would no longer match.\n" +
         key_file::fresh_line(Use::lookup, "lookup");
}

std::expected<std::string, std::string> KeyRing::rotate_text(std::string_view existing,
                                                             std::chrono::year_month_day today) {
  const auto keys = key_file::parse(existing, "key ring");
  if (!keys) return std::unexpected(keys.error());
  const std::size_t line = std::ranges::find(*keys, Use::seal, &key_file::Key::use)->line;
  std::size_t position = 0;
  for (std::size_t passed = 1; passed < line; ++passed)
    position = existing.find('\n', position) + 1;
  std::string text{existing};
  text.insert(position, key_file::fresh_line(Use::seal, key_file::fresh_id(today, *keys)));
  return text;
}

std::string KeyRing::seal(std::string_view purpose, std::string_view associated,
                          std::string_view plaintext) const {
  for (const std::string_view part : {purpose, associated, plaintext}) check_size(part);
  const std::string nonce = random_bytes(nonce_size);
  const std::string authenticated = authenticated_data(state_->header, purpose, associated);
  const CipherContext context =
      begin(state_->first_seal->secret.bytes(), nonce, authenticated, true);

  const std::size_t body = state_->header.size() + nonce_size;
  std::string sealed = state_->header + nonce;
  sealed.resize(body + plaintext.size() + tag_size);
  int length = 0;
  if (EVP_CipherUpdate(context.get(), out(sealed, body), &length, in(plaintext),
                       static_cast<int>(plaintext.size())) != 1) {
    throw OpenSslError("EVP_CipherUpdate");
  }
  if (EVP_CipherFinal_ex(context.get(), out(sealed, body + plaintext.size()), &length) != 1) {
    throw OpenSslError("EVP_CipherFinal_ex");
  }
  if (EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, static_cast<int>(tag_size),
                          out(sealed, body + plaintext.size())) != 1) {
    throw OpenSslError("EVP_CIPHER_CTX_ctrl");
  }
  return sealed;
}

// NOLINTNEXTLINE(bugprone-easily-swappable-parameters): the order of RFC 5116
std::optional<std::string> KeyRing::open(std::string_view purpose, std::string_view associated,
                                         std::string_view sealed) const {
  const auto parts = split(sealed);
  if (!parts) return std::nullopt;
  const auto key = std::ranges::find_if(state_->keys, [&parts](const key_file::Key& candidate) {
    return candidate.use == Use::seal && candidate.id == parts->id;
  });
  if (key == state_->keys.end()) return std::nullopt;
  for (const std::string_view part : {purpose, associated}) check_size(part);

  const std::string authenticated = authenticated_data(parts->header, purpose, associated);
  const CipherContext context = begin(key->secret.bytes(), parts->nonce, authenticated, false);
  std::string plaintext(parts->ciphertext.size(), '\0');
  std::string tag{parts->tag};
  int length = 0;
  if (EVP_CipherUpdate(context.get(), out(plaintext), &length, in(parts->ciphertext),
                       static_cast<int>(parts->ciphertext.size())) != 1) {
    throw OpenSslError("EVP_CipherUpdate");
  }
  if (EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, static_cast<int>(tag_size),
                          out(tag)) != 1) {
    throw OpenSslError("EVP_CIPHER_CTX_ctrl");
  }
  unsigned char none[1];
  if (EVP_CipherFinal_ex(context.get(), none, &length) != 1) {
    ERR_clear_error();  // some releases queue a reason here; nginx would report it
    return std::nullopt;
  }
  return plaintext;
}

std::string KeyRing::seal_text(std::string_view purpose, std::string_view associated,
                               std::string_view plaintext) const {
  return base64url_encode(seal(purpose, associated, plaintext));
}

// NOLINTNEXTLINE(bugprone-easily-swappable-parameters): the order of RFC 5116
std::optional<std::string> KeyRing::open_text(std::string_view purpose, std::string_view associated,
                                              std::string_view text) const {
  const auto sealed = base64url_decode(text);
  if (!sealed) return std::nullopt;
  return open(purpose, associated, *sealed);
}

std::string KeyRing::lookup_key(std::string_view purpose, std::string_view value) const {
  return mac_of(state_->lookup.get(), with_length(purpose).append(value));
}

bool KeyRing::sealed_with_current_key(std::string_view sealed) const noexcept {
  return sealed.starts_with(state_->header);
}

std::string KeyRing::fingerprint() const {
  std::string all;
  for (const auto& key : state_->keys) {
    all.append(with_length(key.id)).append(key.secret.bytes());
  }
  std::string print = sha256(all);
  OPENSSL_cleanse(all.data(), all.size());
  return print;
}

std::vector<KeyRing::KeyInfo> KeyRing::keys() const {
  std::vector<KeyInfo> result;
  for (const key_file::Key& key : state_->keys) {
    result.push_back({.id = key.id, .use = key.use, .created = key_file::creation_date(key.id)});
  }
  return result;
}

std::size_t KeyRing::overhead() const noexcept {
  return state_->header.size() + nonce_size + tag_size;
}

}  // namespace vneid::crypto
