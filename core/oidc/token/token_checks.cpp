#include "oidc/token/token_checks.hpp"

#include <algorithm>
#include <utility>

namespace vneid::oidc::token_checks {

namespace {

constexpr std::size_t max_name_size = 255;  // OpenID Connect Core 1.0 §2
/// 9999-12-31: later instants are nonsense, and Wall could not hold all of them.
constexpr double last_instant = 253'402'300'799.0;

}  // namespace

TokenFailure failure(TokenError error, std::string text) {
  return {.error = error, .text = std::move(text)};
}

std::expected<CompactJws, TokenFailure> read(std::string_view token) {
  auto jws = CompactJws::read(token);
  if (jws) return std::move(*jws);
  const bool algorithm = jws.error().first == JwsError::algorithm;
  return std::unexpected{failure(algorithm ? TokenError::algorithm : TokenError::malformed,
                                 std::move(jws.error().second))};
}

Check signature(const CompactJws& jws, std::string_view token, const KeySet& keys) {
  const auto candidates = keys.candidates(jws.key_id, jws.algorithm);
  if (candidates.empty()) {
    return failure(TokenError::unknown_key, "no key of the provider fits");
  }
  const bool verified = std::ranges::any_of(
      candidates, [&](const SigningKey* key) { return jws.verified_by(*key, token); });
  if (verified) return std::nullopt;
  TokenFailure wrong = failure(TokenError::signature, "signature is wrong");
  wrong.key_unnamed = !jws.key_id;
  return wrong;
}

Check audience(const json_t* claims, const std::string& client_id) {
  const json_t* audience = json_object_get(claims, "aud");
  const json_t* authorized = json_object_get(claims, "azp");
  if (authorized != nullptr && text::json_text(authorized) != client_id) {
    return failure(TokenError::audience, "azp is another client");
  }
  if (json_is_string(audience)) {
    if (text::json_text(audience) == client_id) return std::nullopt;
    return failure(TokenError::audience, "aud is another client");
  }
  bool for_us = false;
  bool for_others = false;
  std::size_t index = 0;
  const json_t* item = nullptr;
  json_array_foreach(audience, index, item) {
    if (text::json_text(item) == client_id) {
      for_us = true;
    } else {
      for_others = true;
    }
  }
  if (!for_us) return failure(TokenError::audience, "aud does not name us");
  if (for_others && authorized == nullptr) {
    return failure(TokenError::audience, "aud names others too and azp is missing");
  }
  return std::nullopt;
}

bool is_name(const json_t* value) {
  const auto text = text::json_text(value);
  return text && !text->empty() && text->size() <= max_name_size;
}

Check subject(const json_t* claims, const std::string& client_id) {
  const json_t* subject = json_object_get(claims, "sub");
  if (!is_name(subject)) {
    return failure(TokenError::subject, "sub is missing, empty, too long or not a text");
  }
  if (text::json_text(subject) == client_id)
    return failure(TokenError::subject, "sub is our client id");
  return std::nullopt;
}

std::optional<double> instant(const json_t* claims, const char* name) {
  const auto seconds = text::json_number(claims, name);
  if (!seconds || *seconds < 0 || *seconds > last_instant) return std::nullopt;
  return seconds;
}

Check times(const json_t* claims, Wall now, Milliseconds leeway) {
  const double present = static_cast<double>(now.time_since_epoch().count()) / 1000.0;
  const double tolerance = static_cast<double>(leeway.count()) / 1000.0;
  const auto expires = instant(claims, "exp");
  if (!expires) return failure(TokenError::expired, "exp is missing or not an instant");
  if (present >= *expires + tolerance) return failure(TokenError::expired, "exp has passed");
  const auto issued = instant(claims, "iat");
  if (!issued) return failure(TokenError::issued_at, "iat is missing or not an instant");
  if (*issued > present + tolerance) {
    return failure(TokenError::issued_at, "iat is in the future");
  }
  if (json_object_get(claims, "nbf") == nullptr) return std::nullopt;
  const auto begins = instant(claims, "nbf");
  if (!begins || *begins > present + tolerance) {
    return failure(TokenError::not_before, "nbf is in the future or not an instant");
  }
  return std::nullopt;
}

}  // namespace vneid::oidc::token_checks
