#include "oidc/jose/key_set.hpp"

#include <cstdint>

#include "crypto/digest.hpp"
#include "text/json.hpp"

namespace vneid::oidc {

namespace {

constexpr std::size_t min_modulus_size = 2048 / 8;
constexpr std::size_t max_modulus_size = 8192 / 8;  // verifying must stay cheap
constexpr std::size_t max_exponent_size = 8;
constexpr std::size_t max_key_id_size = 256;

struct Curve {
  std::string_view name;
  cjose_jwk_ec_curve id;
  std::size_t coordinate_size;
};

constexpr Curve curves[] = {
    {"P-256", CJOSE_JWK_EC_P_256, 32},
    {"P-384", CJOSE_JWK_EC_P_384, 48},
    {"P-521", CJOSE_JWK_EC_P_521, 66},
};

std::uint8_t* bytes_of(std::string& text) noexcept {
  return reinterpret_cast<std::uint8_t*>(text.data());
}

/// The bytes of a base64url member; nothing when it is missing or not canonical.
std::optional<std::string> binary(const json_t* key, const char* name) {
  auto text = text::json_text(key, name);
  return text ? crypto::base64url_decode(*text) : std::nullopt;
}

bool read_rsa(const json_t* source, SigningKey& key) {
  auto modulus = binary(source, "n");
  auto exponent = binary(source, "e");
  if (!modulus || !exponent) return false;
  modulus->erase(0, modulus->find_first_not_of('\0'));  // some providers send a sign byte
  if (modulus->size() < min_modulus_size || modulus->size() > max_modulus_size) return false;
  if (static_cast<unsigned char>(modulus->front()) < 0x80 && modulus->size() == min_modulus_size) {
    return false;  // 2041 to 2047 bits
  }
  if (exponent->empty() || exponent->size() > max_exponent_size) return false;
  const bool odd = (static_cast<unsigned char>(exponent->back()) & 1U) != 0;
  const bool one = *exponent == std::string(exponent->size() - 1, '\0') + '\x01';
  if (!odd || one) return false;  // with e = 1 every message is its own signature
  cjose_jwk_rsa_keyspec spec{};
  spec.n = bytes_of(*modulus);
  spec.nlen = modulus->size();
  spec.e = bytes_of(*exponent);
  spec.elen = exponent->size();
  key.handle.reset(cjose_jwk_create_RSA_spec(&spec, nullptr));
  key.modulus_size = modulus->size();
  return key.handle != nullptr;
}

bool read_ec(const json_t* source, SigningKey& key) {
  const auto name = text::json_text(source, "crv");
  auto x = binary(source, "x");
  auto y = binary(source, "y");
  if (!name || !x || !y) return false;
  for (const auto& curve : curves) {
    if (curve.name != *name) continue;
    if (x->size() != curve.coordinate_size || y->size() != curve.coordinate_size) return false;
    cjose_jwk_ec_keyspec spec{};
    spec.crv = curve.id;
    spec.x = bytes_of(*x);
    spec.xlen = x->size();
    spec.y = bytes_of(*y);
    spec.ylen = y->size();
    key.curve = curve.id;
    key.handle.reset(cjose_jwk_create_EC_spec(&spec, nullptr));  // refuses points off the curve
    return key.handle != nullptr;
  }
  return false;
}

/// A member that may be missing but, when there, is a text of bounded size.
bool read_optional(const json_t* source, const char* name, std::string& into) {
  const json_t* value = json_object_get(source, name);
  if (value == nullptr) return true;
  auto text = text::json_text(value);
  if (!text || text->size() > max_key_id_size) return false;
  into = std::move(*text);
  return true;
}

bool may_verify(const json_t* source) {
  const json_t* use = json_object_get(source, "use");
  if (use != nullptr && text::json_text(use) != "sig") return false;
  const json_t* operations = json_object_get(source, "key_ops");
  if (operations == nullptr) return true;
  std::size_t index = 0;
  const json_t* operation = nullptr;
  json_array_foreach(operations, index, operation) {
    if (text::json_text(operation) == "verify") return true;
  }
  return false;
}

std::optional<SigningKey> read_key(const json_t* source) {
  SigningKey key;
  if (!json_is_object(source) || !may_verify(source)) return std::nullopt;
  if (!read_optional(source, "kid", key.id)) return std::nullopt;
  if (!read_optional(source, "alg", key.algorithm)) return std::nullopt;
  const auto type = text::json_text(source, "kty");
  if (type == "RSA") {
    key.type = CJOSE_JWK_KTY_RSA;
    if (read_rsa(source, key)) return key;
  } else if (type == "EC") {
    key.type = CJOSE_JWK_KTY_EC;
    if (read_ec(source, key)) return key;
  }
  return std::nullopt;
}

}  // namespace

std::expected<KeySet, std::string> KeySet::parse(std::string_view document) {
  const OpenSslQueueCleaner cleaner;
  auto parsed = text::parse_json_object(document, max_document_size);
  if (!parsed) return std::unexpected{"the document " + parsed.error()};
  const json_t* keys = json_object_get(parsed->get(), "keys");
  if (!json_is_array(keys)) return std::unexpected{"keys is not an array"};
  if (json_array_size(keys) > max_keys) return std::unexpected{"there are too many keys"};
  KeySet set;
  std::size_t index = 0;
  const json_t* source = nullptr;
  json_array_foreach(keys, index, source) {
    if (auto key = read_key(source)) set.keys_.push_back(std::move(*key));
  }
  return set;
}

std::vector<const SigningKey*> KeySet::candidates(const std::optional<std::string>& key_id,
                                                  const SignatureAlgorithm& algorithm) const {
  std::vector<const SigningKey*> fitting;
  for (const auto& key : keys_) {
    if (key.type != algorithm.key_type || key.curve != algorithm.curve) continue;
    if (!key.algorithm.empty() && key.algorithm != algorithm.name) continue;
    if (key_id && key.id != *key_id) continue;
    fitting.push_back(&key);
    if (fitting.size() == max_candidates) break;
  }
  return fitting;
}

}  // namespace vneid::oidc
