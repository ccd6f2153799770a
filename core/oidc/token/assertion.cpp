#include "oidc/token/assertion.hpp"

#include <chrono>
#include <stdexcept>
#include <utility>

#include "certain.hpp"
#include "crypto/digest.hpp"
#include "crypto/random.hpp"
#include "crypto/secret_file.hpp"
#include "oidc/jose/pem_keys.hpp"
#include "oidc/token/token_checks.hpp"
#include "text/json.hpp"

namespace vneid::oidc {

namespace {

void set(json_t* object, const char* name, json_t* value) {
  if (json_object_set_new(object, name, value) != 0) {
    throw std::invalid_argument(std::string{"assertion: "} + name + " is not UTF-8");
  }
}

void set_text(json_t* object, const char* name, const std::string& value) {
  set(object, name, json_stringn(value.data(), value.size()));
}

/// RFC 7638 §3: the members in alphabetical order, without blanks.
std::string thumbprint(const PublicPoint& point) {
  return crypto::base64url_encode(crypto::sha256(R"({"crv":"P-256","kty":"EC","x":")" + point.x +
                                                 R"(","y":")" + point.y + "\"}"));
}

text::Json public_key(const PublicPoint& point, const std::string& id) {
  text::Json key{json_object()};
  set_text(key.get(), "kty", "EC");
  set_text(key.get(), "crv", "P-256");
  set_text(key.get(), "x", point.x);
  set_text(key.get(), "y", point.y);
  set_text(key.get(), "use", "sig");
  set_text(key.get(), "alg", "ES256");
  set_text(key.get(), "kid", id);
  return key;
}

}  // namespace

std::expected<AssertionKeys, std::string> AssertionKeys::load(const std::string& path) {
  const auto text = crypto::read_secret_file(path);
  if (!text) return std::unexpected{text.error()};
  return parse(text->bytes(), path);
}

std::expected<AssertionKeys, std::string> AssertionKeys::parse(std::string_view pem,
                                                               const std::string& source) {
  const auto wrong = [&source](const std::string& cause) {
    return std::unexpected{source + ": " + cause};
  };
  const auto found = read_pem_keys(pem);
  if (!found) return wrong(found.error());
  if (found->empty()) return wrong("holds no private key in PEM");
  if (found->size() > max_keys) return wrong("holds more than 8 keys");
  AssertionKeys keys;
  const text::Json published{json_array()};
  for (const auto& key : *found) {
    const std::string which = "key " + std::to_string(keys.keys_.size() + 1);
    auto converted = PrivateKey::of(key.get());
    if (!converted || converted->algorithm != std::string_view{"ES256"}) {
      return wrong(which + " is not EC on P-256");
    }
    const auto point = public_point(key.get());
    if (!converted->handle || !point) return wrong(which + " is not a whole private key");
    const std::string id = thumbprint(*point);
    if (keys.keys_.empty()) keys.first_id_ = id;
    json_array_append_new(published.get(), public_key(*point, id).release());
    keys.keys_.push_back(std::move(*converted));
  }
  const text::Json document{json_object()};
  json_object_set(document.get(), "keys", published.get());
  keys.jwks_ = text::json_dump(document.get());
  auto readable = KeySet::parse(keys.jwks_);
  if (!readable) return wrong(readable.error());
  keys.public_keys_ = *std::move(readable);
  return keys;
}

std::string AssertionKeys::sign(const AssertionClaims& claims) const {
  const auto issued = std::chrono::floor<std::chrono::seconds>(claims.issued_at).time_since_epoch();
  const text::Json object{json_object()};
  json_t* told = object.get();
  set_text(told, "iss", claims.issuer);
  set_text(told, "aud", claims.audience);
  set_text(told, "sub", claims.subject);
  set_text(told, "account", claims.account);
  if (claims.level) set(told, "level", json_integer(*claims.level));
  set(told, "iat", json_integer(issued.count()));
  set(told, "nbf", json_integer(issued.count()));
  set(told, "exp", json_integer((issued + claims.lifetime).count()));
  set_text(told, "jti", crypto::random_token());
  if (claims.name) set_text(told, "name", *claims.name);
  if (claims.citizen_id) set_text(told, "citizen_id", *claims.citizen_id);
  return sign(object, "JWT");
}

std::expected<AssertionClaims, std::string> AssertionKeys::verify(
    std::string_view token, const AssertionExpectations& expected) const {
  const auto jws = token_checks::read(token);
  if (!jws) return std::unexpected{jws.error().text};
  if (jws->type != "jwt") return std::unexpected{"typ is another kind of token"};
  if (auto failed = token_checks::signature(*jws, token, certain(public_keys_))) {
    return std::unexpected{failed->text};
  }
  const json_t* claims = jws->payload.get();
  if (text::json_text(claims, "iss") != expected.issuer) return std::unexpected{"iss is not ours"};
  if (text::json_text(claims, "aud") != expected.audience) {
    return std::unexpected{"aud is another portal"};
  }
  if (auto failed = token_checks::times(claims, expected.now, Milliseconds{})) {
    return std::unexpected{failed->text};
  }
  AssertionClaims told;
  told.issuer = expected.issuer;
  told.audience = expected.audience;
  told.subject = text::json_text(claims, "sub").value_or("");
  told.account = text::json_text(claims, "account").value_or("");
  if (told.subject.empty() || told.account.empty()) {
    return std::unexpected{"sub or account is missing"};
  }
  return told;
}

std::string AssertionKeys::sign(const text::Json& claims, const char* type) const {
  return keys_.front().sign(text::json_dump(claims.get()), {first_id_, type});
}

}  // namespace vneid::oidc
