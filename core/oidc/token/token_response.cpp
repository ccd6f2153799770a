#include "oidc/token/token_response.hpp"

#include <algorithm>
#include <optional>

namespace vneid::oidc {

namespace {

bool equals_ignoring_case(std::string_view left, std::string_view lower) noexcept {
  return std::ranges::equal(left, lower, [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
  });
}

/// It goes into a header: nothing that could end one (RFC 6750 §2.1 allows still less).
bool is_header_token(std::string_view text) noexcept {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7F; });
}

/// The `error` of an error answer if it is plain enough for a log.
std::string error_name(const json_t* answer) {
  auto name = text::json_text(answer, "error").value_or("");
  const bool plain = name.size() <= 64 && std::ranges::all_of(name, [](char c) {
                       return (c >= 'a' && c <= 'z') || c == '_';
                     });
  return plain ? name : std::string{};
}

std::unexpected<TokenRefusal> outage(std::string text) {
  return std::unexpected{TokenRefusal{.text = "token endpoint: " + std::move(text)}};
}

std::unexpected<TokenRefusal> refusal(int status, const json_t* answer) {
  const std::string name = error_name(answer);
  const std::string text = "status " + std::to_string(status) + " " + name;
  if (status < 400 || status >= 500 || name != "invalid_grant") return outage(text);
  return std::unexpected{TokenRefusal{.code_rejected = true, .text = "token endpoint: " + text}};
}

bool is_bearer(const std::string& type) noexcept { return equals_ignoring_case(type, "bearer"); }

}  // namespace

std::expected<TokenResponse, TokenRefusal> read_direct_token_response(int status,
                                                                      const json_t* answer) {
  if (status != 200) return refusal(status, answer);
  if (!is_bearer(text::json_text(answer, "token_type").value_or("bearer"))) {
    return outage("token_type is not Bearer");
  }
  auto access_token = text::json_text(answer, "access_token");
  if (!access_token || !is_header_token(*access_token)) return outage("no usable access_token");
  return TokenResponse{Secret{std::move(*access_token)}, Secret{}};
}

std::expected<TokenResponse, TokenRefusal> read_token_response(int status, std::string_view body) {
  auto answer = text::parse_json_object(body, max_token_response_size);
  if (!answer) {
    return outage("status " + std::to_string(status) + ", the answer " + answer.error());
  }
  if (status != 200) return refusal(status, answer->get());
  const auto type = text::json_text(answer->get(), "token_type");
  if (!type || !is_bearer(*type)) return outage("token_type is not Bearer");
  auto access_token = text::json_text(answer->get(), "access_token");
  if (!access_token || !is_header_token(*access_token)) return outage("no usable access_token");
  auto id_token = text::json_text(answer->get(), "id_token");
  if (!id_token || id_token->empty()) return outage("no id_token");
  return TokenResponse{Secret{std::move(*access_token)}, Secret{std::move(*id_token)}};
}

std::expected<void, UserinfoError> merge_userinfo(json_t* id_token_claims, std::string_view body,
                                                  const std::string& citizen_id_claim) {
  const auto userinfo = text::parse_json_object(body, max_userinfo_size);
  if (!userinfo) return std::unexpected{UserinfoError::unusable};
  const auto subject = text::json_text(userinfo->get(), "sub");
  if (!subject || subject != text::json_text(id_token_claims, "sub")) {
    return std::unexpected{UserinfoError::subject};
  }
  const json_t* signed_number = json_object_get(id_token_claims, citizen_id_claim.c_str());
  const json_t* told_number = json_object_get(userinfo->get(), citizen_id_claim.c_str());
  if (signed_number != nullptr && told_number != nullptr &&
      json_equal(signed_number, told_number) == 0) {
    return std::unexpected{UserinfoError::contradicted};
  }
  json_object_update_missing(id_token_claims, userinfo->get());
  return {};
}

}  // namespace vneid::oidc
