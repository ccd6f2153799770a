#include "oidc/id_token.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include <openssl/evp.h>

#include "crypto/digest.hpp"
#include "oidc/compact_jws.hpp"

namespace vneid::oidc {

namespace {

using Check = std::optional<IdTokenFailure>;

constexpr std::size_t max_subject_size = 255;  // OpenID Connect Core 1.0 §2
/// 9999-12-31: later instants are nonsense, and Wall could not hold all of them.
constexpr double last_instant = 253'402'300'799.0;

IdTokenFailure failure(IdTokenError error, std::string text) {
  return {.error = error, .text = std::move(text)};
}

Check check_signature(const CompactJws& jws, std::string_view token, const KeySet& keys) {
  const auto candidates = keys.candidates(jws.key_id, jws.algorithm);
  if (candidates.empty()) {
    return failure(IdTokenError::unknown_key, "no key of the provider fits");
  }
  const bool verified = std::ranges::any_of(
      candidates, [&](const SigningKey* key) { return jws.verified_by(*key, token); });
  if (verified) return std::nullopt;
  IdTokenFailure wrong = failure(IdTokenError::signature, "signature is wrong");
  wrong.key_unnamed = !jws.key_id;
  return wrong;
}

Check check_audience(const json_t* claims, const std::string& client_id) {
  const json_t* audience = json_object_get(claims, "aud");
  const json_t* authorized = json_object_get(claims, "azp");
  if (authorized != nullptr && json_text(authorized) != client_id) {
    return failure(IdTokenError::audience, "azp is another client");
  }
  if (json_is_string(audience)) {
    if (json_text(audience) == client_id) return std::nullopt;
    return failure(IdTokenError::audience, "aud is another client");
  }
  bool for_us = false;
  bool for_others = false;
  std::size_t index = 0;
  const json_t* item = nullptr;
  json_array_foreach(audience, index, item) {
    if (json_text(item) == client_id) {
      for_us = true;
    } else {
      for_others = true;
    }
  }
  if (!for_us) return failure(IdTokenError::audience, "aud does not name us");
  if (for_others && authorized == nullptr) {
    return failure(IdTokenError::audience, "aud names others too and azp is missing");
  }
  return std::nullopt;
}

Check check_subject(const json_t* claims, const std::string& client_id) {
  const auto subject = json_text(claims, "sub");
  if (!subject || subject->empty() || subject->size() > max_subject_size) {
    return failure(IdTokenError::subject, "sub is missing, empty, too long or not a text");
  }
  if (*subject == client_id) return failure(IdTokenError::subject, "sub is our client id");
  return std::nullopt;
}

/// A NumericDate of this era, in seconds.
std::optional<double> instant(const json_t* claims, const char* name) {
  const auto seconds = json_number(claims, name);
  if (!seconds || *seconds < 0 || *seconds > last_instant) return std::nullopt;
  return seconds;
}

Check check_times(const json_t* claims, const IdTokenExpectations& expectations) {
  const double now = static_cast<double>(expectations.now.time_since_epoch().count()) / 1000.0;
  const double leeway = static_cast<double>(expectations.leeway.count()) / 1000.0;
  const auto expires = instant(claims, "exp");
  if (!expires) return failure(IdTokenError::expired, "exp is missing or not an instant");
  if (now >= *expires + leeway) return failure(IdTokenError::expired, "exp has passed");
  const auto issued = instant(claims, "iat");
  if (!issued) return failure(IdTokenError::issued_at, "iat is missing or not an instant");
  if (*issued > now + leeway) return failure(IdTokenError::issued_at, "iat is in the future");
  if (json_object_get(claims, "nbf") == nullptr) return std::nullopt;
  const auto begins = instant(claims, "nbf");
  if (!begins || *begins > now + leeway) {
    return failure(IdTokenError::not_before, "nbf is in the future or not an instant");
  }
  return std::nullopt;
}

Check check_nonce(const json_t* claims, const std::string& expected) {
  const auto nonce = json_text(claims, "nonce");
  if (!nonce || nonce->empty() || !crypto::equal_constant_time(*nonce, expected)) {
    return failure(IdTokenError::nonce, "nonce is missing or not this flow's");
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
  if (!computed || json_text(claimed) != crypto::base64url_encode(half)) {
    return failure(IdTokenError::access_token_hash, "at_hash is not the access token's");
  }
  return std::nullopt;
}

Check check_claims(const CompactJws& jws, const IdTokenExpectations& expectations) {
  const json_t* claims = jws.payload.get();
  if (json_text(claims, "iss") != expectations.issuer) {
    return failure(IdTokenError::issuer, "iss is not the provider's");
  }
  if (auto failed = check_audience(claims, expectations.client_id)) return failed;
  if (auto failed = check_subject(claims, expectations.client_id)) return failed;
  if (auto failed = check_times(claims, expectations)) return failed;
  if (auto failed = check_nonce(claims, expectations.nonce)) return failed;
  return check_access_token_hash(claims, jws.algorithm, expectations.access_token);
}

}  // namespace

std::expected<IdToken, IdTokenFailure> verify_id_token(std::string_view token, const KeySet& keys,
                                                       const IdTokenExpectations& expectations) {
  auto jws = CompactJws::read(token);
  if (!jws) {
    const bool algorithm = jws.error().first == JwsError::algorithm;
    return std::unexpected{failure(algorithm ? IdTokenError::algorithm : IdTokenError::malformed,
                                   std::move(jws.error().second))};
  }
  if (!jws->type.empty() && jws->type != "jwt") {
    return std::unexpected{failure(IdTokenError::type, "typ is another kind of token")};
  }
  if (auto failed = check_signature(*jws, token, keys)) return std::unexpected{*failed};
  if (auto failed = check_claims(*jws, expectations)) return std::unexpected{*failed};
  return IdToken{.subject = *json_text(jws->payload.get(), "sub"),
                 .claims = std::move(jws->payload)};
}

}  // namespace vneid::oidc
