#include "oidc/token/id_token.hpp"

#include <array>
#include <optional>

#include <openssl/evp.h>

#include "certain.hpp"
#include "crypto/digest.hpp"
#include "oidc/jose/compact_jws.hpp"

namespace vneid::oidc {

namespace {

using token_checks::Check;
using token_checks::failure;

Check check_nonce(const json_t* claims, const std::string& expected) {
  const auto nonce = text::json_text(claims, "nonce");
  if (!nonce || nonce->empty() || !crypto::equal_constant_time(*nonce, expected)) {
    return failure(TokenError::nonce, "nonce is missing or not this flow's");
  }
  return std::nullopt;
}

/// OpenID Connect Core 1.0 §3.1.3.6: the left half of the access token's digest.
Check check_access_token_hash(const json_t* claims, const SignatureAlgorithm& algorithm,
                              const std::string& access_token) {
  const json_t* claimed = json_object_get(claims, "at_hash");
  if (claimed == nullptr) return std::nullopt;
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  const OpenSslQueueCleaner cleaner;
  const bool computed = EVP_Digest(access_token.data(), access_token.size(), digest.data(), &size,
                                   algorithm.digest(), nullptr) == 1;
  const std::string_view half{reinterpret_cast<const char*>(digest.data()), size / 2};
  if (!computed || text::json_text(claimed) != crypto::base64url_encode(half)) {
    return failure(TokenError::access_token_hash, "at_hash is not the access token's");
  }
  return std::nullopt;
}

Check check_claims(const CompactJws& jws, const IdTokenExpectations& expectations) {
  const json_t* claims = jws.payload.get();
  if (text::json_text(claims, "iss") != expectations.issuer) {
    return failure(TokenError::issuer, "iss is not the provider's");
  }
  if (auto failed = token_checks::audience(claims, expectations.client_id)) return failed;
  if (auto failed = token_checks::subject(claims, expectations.client_id)) return failed;
  if (auto failed = token_checks::times(claims, expectations.now, expectations.leeway)) {
    return failed;
  }
  if (auto failed = check_nonce(claims, expectations.nonce)) return failed;
  return check_access_token_hash(claims, jws.algorithm, expectations.access_token);
}

/// One that no logout token could name is as good as none.
std::string session_id(const json_t* claims) {
  const json_t* value = json_object_get(claims, "sid");
  return token_checks::is_name(value) ? certain(text::json_text(value)) : std::string{};
}

/// By its header or by what it says: providers that give logout tokens no type exist.
bool is_of_another_kind(const CompactJws& jws) {
  if (!jws.type.empty() && jws.type != "jwt") return true;
  return json_object_get(json_object_get(jws.payload.get(), "events"), logout_event) != nullptr;
}

}  // namespace

std::expected<IdToken, IdTokenFailure> verify_id_token(std::string_view token, const KeySet& keys,
                                                       const IdTokenExpectations& expectations) {
  auto jws = token_checks::read(token);
  if (!jws) return std::unexpected{std::move(jws.error())};
  if (is_of_another_kind(*jws)) {
    return std::unexpected{failure(TokenError::type, "typ is another kind of token")};
  }
  if (auto failed = token_checks::signature(*jws, token, keys)) return std::unexpected{*failed};
  if (auto failed = check_claims(*jws, expectations)) return std::unexpected{*failed};
  return IdToken{.subject = certain(text::json_text(jws->payload.get(), "sub")),
                 .session_id = session_id(jws->payload.get()),
                 .claims = std::move(jws->payload)};
}

}  // namespace vneid::oidc
