#include "oidc/jose/compact_jws.hpp"

#include <array>
#include <utility>

#include "crypto/digest.hpp"

namespace vneid::oidc {

namespace {

using Refusal = std::pair<JwsError, std::string>;

std::unexpected<Refusal> malformed(std::string cause) {
  return std::unexpected{Refusal{JwsError::malformed, std::move(cause)}};
}

std::optional<std::array<std::string_view, 3>> split(std::string_view token) {
  std::array<std::string_view, 3> parts;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const std::size_t dot = token.find('.');
    const bool last = i + 1 == parts.size();
    if ((dot == std::string_view::npos) != last) return std::nullopt;
    parts.at(i) = token.substr(0, dot);
    if (parts.at(i).empty()) return std::nullopt;
    if (!last) token.remove_prefix(dot + 1);
  }
  return parts;
}

std::string lower_type(std::string type) {
  for (char& c : type) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  static constexpr std::string_view prefix = "application/";
  if (type.starts_with(prefix)) type.erase(0, prefix.size());
  return type;
}

std::optional<Refusal> read_header(const json_t* header, CompactJws& jws) {
  for (const char* name : {"crit", "b64", "enc", "zip"}) {
    if (json_object_get(header, name) != nullptr) {
      return Refusal{JwsError::malformed, std::string{"header has "} + name};
    }
  }
  const auto name = text::json_text(header, "alg");
  if (!name) return Refusal{JwsError::algorithm, "header has no alg"};
  const auto algorithm = find_algorithm(*name);
  if (!algorithm) return Refusal{JwsError::algorithm, "alg is not one we accept"};
  jws.algorithm = *algorithm;
  if (const json_t* key_id = json_object_get(header, "kid")) {
    jws.key_id = text::json_text(key_id);
    if (!jws.key_id) return Refusal{JwsError::malformed, "kid is not a text"};
  }
  if (const json_t* type = json_object_get(header, "typ")) {
    auto text = text::json_text(type);
    if (!text) return Refusal{JwsError::malformed, "typ is not a text"};
    jws.type = lower_type(std::move(*text));
  }
  return std::nullopt;
}

}  // namespace

std::expected<CompactJws, Refusal> CompactJws::read(std::string_view token) {
  if (token.size() > max_token_size) return malformed("token is too large");
  const auto parts = split(token);
  if (!parts) return malformed("token has not three parts");
  const auto header_text = crypto::base64url_decode(parts->at(0));
  const auto payload_text = crypto::base64url_decode(parts->at(1));
  auto signature = crypto::base64url_decode(parts->at(2));
  if (!header_text || !payload_text || !signature) return malformed("token is not base64url");
  auto header = text::parse_json_object(*header_text, max_token_size);
  if (!header) return malformed("header " + header.error());
  CompactJws jws;
  if (auto refusal = read_header(header->get(), jws)) return std::unexpected{*refusal};
  auto payload = text::parse_json_object(*payload_text, max_token_size);
  if (!payload) return malformed("payload " + payload.error());
  jws.payload = std::move(*payload);
  jws.signature = std::move(*signature);
  return jws;
}

bool CompactJws::verified_by(const SigningKey& key, std::string_view token) const {
  // cjose halves whatever length an ECDSA signature has, so several texts would pass for one.
  const std::size_t expected =
      algorithm.signature_size != 0 ? algorithm.signature_size : key.modulus_size;
  if (signature.size() != expected) return false;
  const OpenSslQueueCleaner cleaner;
  const JwsHandle jws{cjose_jws_import(token.data(), token.size(), nullptr)};
  return jws != nullptr && cjose_jws_verify(jws.get(), key.handle.get(), nullptr);
}

}  // namespace vneid::oidc
