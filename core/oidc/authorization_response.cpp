#include "oidc/authorization_response.hpp"

#include <algorithm>

#include "text/form.hpp"

namespace vneid::oidc {

namespace {

using Value = std::optional<std::string>;

struct Fields {
  Value code;
  Value state;
  Value error;
  Value iss;
  Value encrypt_key;
};

Value* field_named(Fields& fields, std::string_view name, bool direct) noexcept {
  if (name == "code") return &fields.code;
  if (name == "state") return &fields.state;
  if (name == "error") return &fields.error;
  if (name == "iss") return &fields.iss;
  if (direct && name == "encrypt_key") return &fields.encrypt_key;
  return nullptr;
}

/// Code, state and error are printable ASCII (RFC 6749 appendix A), and so is a URL.
bool is_printable(std::string_view text) noexcept {
  return std::ranges::all_of(text, [](char c) { return c >= 0x20 && c < 0x7F; });
}

ProviderError error_of(std::string_view name) noexcept {
  using enum ProviderError;
  if (name == "access_denied") return cancelled;
  if (name == "login_required" || name == "interaction_required" || name == "consent_required" ||
      name == "account_selection_required") {
    return login_required;
  }
  if (name == "temporarily_unavailable") return temporarily_unavailable;
  if (name == "server_error") return server_error;
  return other;
}

std::string loggable(const std::string& name) {
  static constexpr std::size_t max_length = 64;
  const bool plain = name.size() <= max_length && std::ranges::all_of(name, [](char c) {
                       return (c >= 'a' && c <= 'z') || c == '_';
                     });
  return plain ? name : std::string{};
}

/// The decoder of forms made blanks of base64's '+'.
void restore_plus(Value& value) {
  if (value) std::ranges::replace(*value, ' ', '+');
}

AuthorizationResponse parse(std::string_view query, bool direct) {
  if (query.size() > max_callback_query_size) return MalformedResponse{"query is too long"};
  auto parameters = text::decode_form(query);
  if (!parameters) return MalformedResponse{parameters.error()};
  Fields fields;
  for (auto& [name, value] : *parameters) {
    Value* field = field_named(fields, name, direct);
    if (field == nullptr) continue;
    if (*field) return MalformedResponse{name + " is there twice"};
    if (value.empty() || !is_printable(value)) return MalformedResponse{name + " is not a value"};
    *field = std::move(value);
  }
  if (!fields.state) return MalformedResponse{"state is missing"};
  if (fields.code && fields.error) return MalformedResponse{"both code and error"};
  if (direct) {
    restore_plus(fields.code);
    restore_plus(fields.encrypt_key);
  }
  if (fields.code) return CodeResponse{*fields.code, *fields.state, fields.iss, fields.encrypt_key};
  if (!fields.error) return MalformedResponse{"neither code nor error"};
  return ErrorResponse{error_of(*fields.error), loggable(*fields.error), *fields.state, fields.iss};
}

}  // namespace

AuthorizationResponse parse_authorization_response(std::string_view query) {
  return parse(query, false);
}

AuthorizationResponse parse_direct_response(std::string_view query) { return parse(query, true); }

bool response_issuer_matches(const Metadata& metadata, const std::optional<std::string>& iss) {
  return iss ? *iss == metadata.issuer : !metadata.announces_response_iss;
}

}  // namespace vneid::oidc
